import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

import { BOUNDS } from "../bounds.ts";
import { percentile } from "../measure/statistics.ts";
import { isVerified, parseVerified } from "./answers.ts";
import { type BenchRequest, parseRequestLine } from "./requests.ts";

/**
 * Load without any tool but Node, for machines without wrk: the same files, the same
 * variables and the same line of JSON as `wrk.lua`.
 *
 *   node node-generator.ts URL CONNECTIONS SECONDS
 */
const [url = "", connections = "1", seconds = "1"] = process.argv.slice(2);
const every = Number(process.env["WRITE_EVERY"] ?? 0);
const reads = linesOf(process.env["READS"] ?? "");
const writes = every > 0 ? linesOf(process.env["WRITES"] ?? "") : [];
const verifiedFile = process.env["VERIFIED"] ?? "";
const verified = verifiedFile === "" ? null : parseVerified(readFileSync(verifiedFile, "utf8"));
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });

let readAt = Number(process.env["START"] ?? 0);
let writeAt = readAt;
let sent = 0;
const total = { bytes: 0, refused: 0, lost: 0, wrong: 0 };
const latenciesMs: number[] = [];

const startMs = performance.now();
const endMs = startMs + Number(seconds) * 1_000;
await Promise.all(Array.from({ length: Number(connections) }, keepBusy));
agent.destroy();
console.log(
  JSON.stringify({
    requests: latenciesMs.length,
    seconds: (performance.now() - startMs) / 1_000,
    ...total,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }),
);

function linesOf(file: string): BenchRequest[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map(parseRequestLine);
}

async function keepBusy(): Promise<void> {
  while (performance.now() < endMs) {
    const next = nextRequest();
    const sentMs = performance.now();
    try {
      await send(next);
      latenciesMs.push(performance.now() - sentMs);
    } catch {
      total.lost++;
    }
  }
}

function nextRequest(): BenchRequest {
  sent++;
  const isWrite = every > 0 && sent % (every + 1) === 0;
  const list = isWrite ? writes : reads;
  const next = list[(isWrite ? writeAt++ : readAt++) % list.length];
  if (next === undefined) throw new RangeError("no requests to send");
  return next;
}

function send({ method, path, headers, body }: BenchRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeout = BOUNDS.requestTimeoutSeconds * 1_000;
    const sending = request(`${url}${path}`, { method, headers, agent, timeout }, (response) => {
      if ((response.statusCode ?? 500) >= 400) total.refused++;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const answer = Buffer.concat(chunks);
        total.bytes += answer.length;
        // 201 is a write; what is refused is counted as that.
        if (response.statusCode === 200 && verified !== null)
          total.wrong += isVerified(answer.toString(), verified, every > 0) ? 0 : 1;
        resolve();
      });
      response.on("error", reject);
    });
    sending.on("timeout", () => sending.destroy(new Error("no answer")));
    sending.on("error", reject);
    sending.end(body);
  });
}
