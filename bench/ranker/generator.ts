import { Agent, request } from "node:http";

import { DENSE_COUNT, ID_COUNT, ID_NAMES, ID_SIZES } from "../../core/ranking/features.ts";
import { encodeRequest } from "../../core/ranking/infer.ts";
import { RANKER_HEADERS } from "../../core/ranking/ranker-headers.ts";
import { percentile } from "../measure/statistics.ts";

/** One line of the bench: so many requests at once, or so many a second whatever comes back. */
export interface Load {
  readonly port: number;
  readonly rows: number;
  readonly seconds: number;
  readonly budgetMs: number;
  /** `live`: an empty request, which no model sees: what the server and the way to it cost. */
  readonly what?: "infer" | "live";
  readonly shape:
    | { readonly kind: "closed"; readonly atOnce: number }
    | { readonly kind: "open"; readonly perSecond: number };
}

export interface Drawn {
  readonly sent: number;
  readonly answered: number;
  /** Answers within 50 ms of when the request was due: the callers' timeout. */
  readonly inTime: number;
  readonly shed: number;
  readonly failed: number;
  /** Answers by the version that scored. */
  readonly models: Readonly<Record<string, number>>;
  /** Milliseconds of answers, from when each was due. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** As the server says. */
  readonly queueMs: { readonly p50: number; readonly p99: number };
  readonly computeMs: { readonly p50: number; readonly p99: number };
}

const TIMEOUT_MS = 50;
/** Bodies that are repeated: more than a batch holds. */
const BODIES = 32;
/** People, whom canaries are chosen from. */
const VIEWERS = 10_000;
/** Requests under way in an open loop: what a server without admission lets pile up. */
const OPEN_MAX = 2_000;

/** Started as a process of its own, so that it can be pinned apart from the server. */
const plan = process.argv[2];
if (plan === undefined) throw new Error("generator.ts is started by the bench");
console.log(JSON.stringify(await drive(JSON.parse(plan) as Load)));
process.exit(0);

async function drive(load: Load): Promise<Drawn> {
  const random = seeded(42);
  const bodies = Array.from({ length: BODIES }, () => bodyOf(load.rows, random));
  const agent = new Agent({ keepAlive: true, maxSockets: OPEN_MAX });
  const tally = { sent: 0, shed: 0, failed: 0 };
  const latencies: number[] = [];
  const queues: number[] = [];
  const computes: number[] = [];
  const models: Record<string, number> = {};
  const isInfer = load.what !== "live";

  const ask = (dueMs: number): Promise<void> =>
    new Promise((resolve) => {
      const { body, headerBytes } = bodies[tally.sent++ % BODIES] ?? bodyOf(load.rows, random);
      const headers = {
        "content-length": body.length,
        [RANKER_HEADERS.inferHeaderBytes]: headerBytes,
        [RANKER_HEADERS.budgetMs]: load.budgetMs,
        [RANKER_HEADERS.viewer]: Math.floor(random() * VIEWERS),
      };
      const at = { port: load.port, host: "127.0.0.1", agent };
      const options = isInfer
        ? { ...at, method: "POST", path: "/v2/models/ranker/infer", headers }
        : { ...at, path: "/v2/health/live" };
      const asked = request(options, (answer) => {
        answer.resume();
        answer.on("end", () => {
          if (answer.statusCode === 200) {
            latencies.push(performance.now() - dueMs);
            queues.push(Number(answer.headers[RANKER_HEADERS.queueMs]));
            computes.push(Number(answer.headers[RANKER_HEADERS.computeMs]));
            const model = String(answer.headers[RANKER_HEADERS.model] ?? "");
            models[model] = (models[model] ?? 0) + 1;
          } else if (answer.headers[RANKER_HEADERS.shed] === undefined) tally.failed++;
          else tally.shed++;
          resolve();
        });
      });
      asked.on("error", () => {
        tally.failed++;
        resolve();
      });
      asked.end(isInfer ? body : undefined);
    });

  const endMs = performance.now() + load.seconds * 1_000;
  if (load.shape.kind === "closed") {
    const client = async () => {
      while (performance.now() < endMs) await ask(performance.now());
    };
    await Promise.all(Array.from({ length: load.shape.atOnce }, client));
  } else await openLoop(load.shape.perSecond, endMs, random, ask);
  agent.destroy();

  const both = (values: readonly number[]) => ({
    p50: percentile(values, 0.5),
    p99: percentile(values, 0.99),
  });
  return {
    ...tally,
    models,
    answered: latencies.length,
    inTime: latencies.filter((ms) => ms <= TIMEOUT_MS).length,
    latencyMs: both(latencies),
    queueMs: both(queues),
    computeMs: both(computes),
  };
}

/** Poisson arrivals. What is due is sent, late or not, and its time counts from when it was due. */
async function openLoop(
  perSecond: number,
  endMs: number,
  random: () => number,
  ask: (dueMs: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let dueMs = performance.now();
  while (dueMs < endMs) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (underWay.size < OPEN_MAX) {
      const asked = ask(dueMs).finally(() => underWay.delete(asked));
      underWay.add(asked);
    }
    dueMs += (-Math.log(1 - random()) * 1_000) / perSecond;
  }
  await Promise.all(underWay);
}

function bodyOf(rows: number, random: () => number) {
  const dense = Float32Array.from({ length: rows * DENSE_COUNT }, () => 4 * random() - 2);
  const sizes = ID_NAMES.map((name) => ID_SIZES[name]);
  const ids = Int32Array.from({ length: rows * ID_COUNT }, (_, at) =>
    Math.floor(random() * (sizes[at % ID_COUNT] ?? 1)),
  );
  return encodeRequest({ dense, ids });
}

/** Numerical Recipes' linear congruence: one seed, one load. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
