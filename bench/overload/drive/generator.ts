import { readFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import { isVerified, parseVerified } from "../../load/answers.ts";
import { type BenchRequest, parseRequestLine } from "../../load/requests.ts";
import { percentile } from "../../measure/statistics.ts";
import { stream as randomStream } from "../../../dev/world/random.ts";
import { type Driven, type Heard, type Plan, planSchema, type Stream } from "./plan.ts";

/**
 * Sends requests when they are due, whatever became of those before. A process of its own: its CPU is not
 * the product's.
 *
 *   node generator.ts PLAN.json
 */
const plan: Plan = planSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
const agent = new Agent({ keepAlive: true, maxSockets: plan.underWayMax });
const random = randomStream(plan.seed, "arrivals");

/** How many texts of a page are looked at; the end of each is its number in the workload. */
const NUMBER = /#(\d+)","/g;

interface Running {
  readonly stream: Stream;
  readonly requests: readonly BenchRequest[];
  readonly isRight: (body: string, index: number) => boolean;
  readonly count: Pick<
    Heard,
    "sent" | "good" | "late" | "refused" | "refusedBare" | "failed" | "lost" | "wrong"
  > &
    Record<string, number>;
  readonly tookMs: number[];
  readonly refusedMs: number[];
  readonly unseenMs: number[];
  at: number;
}

const running = plan.streams.map(start);
const latesMs: number[] = [];
const now = { underWay: 0 };

const beginMs = performance.now();
const countFromMs = beginMs + plan.leadSeconds * 1_000;
const endMs = countFromMs + plan.seconds * 1_000;
let dueMs = beginMs;
while (dueMs < endMs) {
  const nowMs = performance.now();
  while (dueMs <= nowMs && dueMs < endMs) {
    latesMs.push(nowMs - dueMs);
    send(pickStream(), dueMs);
    dueMs += (-Math.log(1 - random.next()) * 1_000) / plan.rate;
  }
  await delay(1);
}
const waitUntilMs = performance.now() + plan.giveUpMs + 500;
while (now.underWay > 0 && performance.now() < waitUntilMs) await delay(20);
agent.destroy();
const driven: Driven = { lateP99Ms: percentile(latesMs, 0.99), streams: running.map(heard) };
console.log(JSON.stringify(driven));
process.exit(0);

function start(one: Stream): Running {
  const requests = readFileSync(one.requests, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map(parseRequestLine);
  return {
    stream: one,
    requests,
    isRight: checkOf(one),
    count: {
      sent: 0,
      good: 0,
      late: 0,
      refused: 0,
      refusedBare: 0,
      failed: 0,
      lost: 0,
      wrong: 0,
    },
    tookMs: [],
    refusedMs: [],
    unseenMs: [],
    at: plan.seed % requests.length,
  };
}

function checkOf({ check, known }: Stream): Running["isRight"] {
  if (check === "any") return () => true;
  if (check === "verified page") {
    const pages = parseVerified(readFileSync(known, "utf8"));
    return (body) => isVerified(body, pages, false);
  }
  const allowed = readFileSync(known, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => new Set(line.split(",")));
  return (body, index) => {
    const numbers = [...body.matchAll(NUMBER)].map(([, number = ""]) => number);
    const mine = allowed[index % allowed.length];
    return new Set(numbers).size === 20 && numbers.every((number) => mine?.has(number) === true);
  };
}

function pickStream(): Running | undefined {
  let left = random.next();
  return running.find(({ stream: { share } }) => (left -= share) < 0) ?? running[0];
}

function send(to: Running | undefined, dueAtMs: number): void {
  const place = to === undefined ? 0 : to.at++ % to.requests.length;
  const next = to?.requests[place];
  if (to === undefined || next === undefined) return;
  const counts = dueAtMs >= countFromMs;
  if (counts) to.count.sent++;
  const settle = (outcome: keyof Running["count"]) => {
    now.underWay--;
    if (counts) to.count[outcome] = (to.count[outcome] ?? 0) + 1;
  };
  if (now.underWay >= plan.underWayMax) {
    now.underWay++;
    settle("lost");
    return;
  }
  now.underWay++;
  const { method, path, headers, body } = next;
  const sending = request(`${plan.url}${path}`, { method, headers, agent }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => {
      clearTimeout(giveUp);
      const tookMs = performance.now() - dueAtMs;
      settle(outcomeOf(to, response, Buffer.concat(chunks), place, tookMs, counts));
    });
  });
  const giveUp = setTimeout(() => sending.destroy(new Error("no answer")), plan.giveUpMs);
  sending.on("error", () => {
    clearTimeout(giveUp);
    settle("lost");
  });
  sending.end(body);
}

function outcomeOf(
  to: Running,
  { statusCode = 0, headers }: IncomingMessage,
  body: Buffer,
  place: number,
  tookMs: number,
  counts: boolean,
): keyof Running["count"] {
  if (statusCode === 503) {
    if (counts) to.refusedMs.push(tookMs);
    return Number(headers["retry-after"]) >= 1 ? "refused" : "refusedBare";
  }
  if (statusCode < 200 || statusCode > 299) return "failed";
  if (counts) {
    to.tookMs.push(tookMs);
    const feedMs = Number(
      /feed;dur=(\d+)/.exec(String(headers["server-timing"]))?.[1] ?? Number.NaN,
    );
    if (Number.isFinite(feedMs)) to.unseenMs.push(tookMs - feedMs);
  }
  if (!to.isRight(body.toString(), place)) return "wrong";
  return tookMs <= plan.deadlineMs ? "good" : "late";
}

function heard({ stream: { label }, count, tookMs, refusedMs, unseenMs }: Running): Heard {
  const at = (values: readonly number[], share: number) =>
    values.length === 0 ? null : percentile(values, share);
  return {
    label,
    ...count,
    p50Ms: at(tookMs, 0.5),
    p99Ms: at(tookMs, 0.99),
    refusedP99Ms: at(refusedMs, 0.99),
    unseenP99Ms: at(unseenMs, 0.99),
  };
}
