import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { LIMITS } from "../../core/limits.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { toGraphJson } from "../../core/tao/graph-wire.ts";
import { startCluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { digits, table } from "../report/table.ts";
import type { OverloadOptions } from "./options.ts";

/** Design: retries are a tenth of calls at most. */
const ATTEMPTS_MAX = 1.1;
/** Warm-up: what a new isolate has saved up is spent, and counted apart. */
const FIRST_REQUESTS = 100;
const REQUESTS = 1_000;
const AT_ONCE = 16;
/** Of all requests; the others are reads of home feeds. */
const WRITE_EVERY = 10;

/** In the module of the objects: every call of the graph fails, and is counted. */
const OUTAGE = `
{
const attempts = { reads: 0, writes: 0 };
const fail = (of) => async function () {
  attempts[of]++;
  throw new Error("outage");
};
for (const name of ["read", "union"]) ShardFollower.prototype[name] = fail("reads");
for (const name of ["read", "fill", "pull"]) ShardLeader.prototype[name] = fail("reads");
ShardLeader.prototype.write = fail("writes");
index_default.fetch = () => Response.json(attempts);
}
`;

const historySchema = z.object({
  steps: z.array(z.object({ counters: z.record(z.string(), z.number()) })),
});
const attemptsSchema = z.object({ reads: z.int(), writes: z.int() });

interface Counted {
  readonly requests: number;
  readonly refused: number;
  readonly attempts: number;
  /** Attempts over those that are no retries, which the feed Worker counts; NaN: it counts none without a budget. */
  readonly amplification: number;
}

/** Every leader and follower fails: how many calls of objects a request becomes. @returns the exit code. */
export async function outage(
  { json }: OverloadOptions,
  say: (text: string) => void,
): Promise<number> {
  const on = await oneOutage("on", say);
  const off = await oneOutage("off", say);
  const row = (name: string, { requests, refused, attempts, amplification }: Counted) => [
    name,
    String(requests),
    String(refused),
    String(attempts),
    digits(attempts / (requests - refused), 3),
    Number.isNaN(amplification) ? "–" : digits(amplification, 3),
    Number.isNaN(amplification) ? "–" : digits(lasting({ attempts, amplification }), 3),
  ];
  console.log(
    table(
      [
        "Every leader and follower fails",
        "requests",
        "refused at the door",
        "attempts",
        "per request",
        "per first attempt",
        "without those saved up",
      ],
      [
        row("with a retry budget, from the 101st request on", on.later),
        row("  with what a new isolate has saved up", on.all),
        row("without", { ...off.later, amplification: Number.NaN }),
      ],
    ),
  );
  if (json !== null) await writeFile(json, `${JSON.stringify({ on, off }, null, 2)}\n`);
  return lasting(on.all) <= ATTEMPTS_MAX ? 0 : 1;
}

async function oneOutage(
  limits: "on" | "off",
  say: (text: string) => void,
): Promise<{ readonly all: Counted; readonly later: Counted }> {
  say(`An outage of the graph, limits ${limits}`);
  const vars = { ADMISSION: limits, FEED_CACHE: "off" };
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    directSockets: ["gateway", "objects"],
    withAssets: false,
    vars: { gateway: { ADMISSION: limits, RATE_FACTOR: "1000" }, feed: vars, objects: vars },
    appended: { objects: OUTAGE },
    // Each failed call is a line.
    onLog: () => {},
    onStep: say,
  });
  try {
    const [url, objects] = await Promise.all(
      ["edgewise-gateway", "edgewise-objects"].map((name) => cluster.directUrl(name)),
    );
    const minting = { url: url ?? "", secret: cluster.secrets.authSecret, issuer: "edgewise" };
    const loader = await mintToken(minting, "0", Date.now());
    const reader = await mintToken(minting, "1184274518016", Date.now());
    const attempts = async () => {
      const response = await fetch(objects ?? "");
      const { reads, writes } = attemptsSchema.parse(await response.json());
      return reads + writes;
    };
    const send = (n: number) =>
      n % WRITE_EVERY === 0
        ? fetch(`${url}/v1/admin/graph/write`, write(loader, n))
        : fetch(`${url}/v1/feed`, { headers: { authorization: `Bearer ${reader}` } });
    const first = await count(0, FIRST_REQUESTS, send);
    const [before, retriesBefore] = [await attempts(), await retriesOf(url ?? "", loader)];
    const later = await count(FIRST_REQUESTS, REQUESTS, send);
    const [after, retriesAfter] = [await attempts(), await retriesOf(url ?? "", loader)];
    return {
      later: {
        ...later,
        attempts: after - before,
        amplification: amplification(after - before, retriesAfter - retriesBefore),
      },
      all: {
        requests: first.requests + later.requests,
        refused: first.refused + later.refused,
        attempts: after,
        amplification: amplification(after, retriesAfter),
      },
    };
  } finally {
    await cluster.stop();
  }
}

/** What an outage comes to that lasts: a new isolate has some retries saved up, of reads and of writes. */
const lasting = ({ attempts, amplification: of }: Pick<Counted, "attempts" | "amplification">) =>
  ((attempts - 2 * LIMITS.retriesSavedMax) * of) / attempts;

/** Many requests make no attempt at all, since breakers and throttles keep them back: those must not hide the retries of others. */
const amplification = (attempts: number, retries: number): number =>
  attempts / (attempts - retries);

/** What isolates told their region, which they do once a second. */
async function retriesOf(url: string, token: string): Promise<number> {
  await delay(3_000);
  const response = await fetch(`${url}/v1/admin/history?minutes=60&only=retries`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { steps } = historySchema.parse(await response.json());
  return steps.reduce((total, { counters }) => total + (counters["retries"] ?? 0), 0);
}

/** A batch of its own, which may be sent again: its opId makes that harmless. */
function write(token: string, n: number): RequestInit {
  const edge = { op: "assocAdd", id1: 1184274518016n, atype: ASSOC.follows, id2: 1184274518017n };
  const writes = [{ ...edge, timeMs: n, data: "" }];
  return {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: toGraphJson({ batches: [{ shard: 0, opId: `outage-${n}`, writes }] }),
  };
}

/** @throws Error when an answer is none of an outage. */
async function count(
  from: number,
  requests: number,
  send: (n: number) => Promise<Response>,
): Promise<Pick<Counted, "requests" | "refused">> {
  let [next, refused] = [from, 0];
  const worker = async () => {
    while (next < from + requests) {
      const response = await send(next++);
      const text = await response.text();
      if (text.includes('"overloaded"')) refused++;
      else if (!/"(?:unavailable|deadline_exceeded)"/.test(text))
        throw new Error(`An answer without the graph: ${response.status} ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await delay(500);
  return { requests, refused };
}
