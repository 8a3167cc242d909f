import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { ROOT } from "../deploy/workers.ts";
import { freePort, type ServerProcess, startServer } from "./server-process.ts";

const MAIN = path.join(ROOT, "gpu-ranker/src/main.ts");
const MODELS = path.join(ROOT, "gpu-ranker/models");
/** Loading, warm-up and golden records take a fifth of a second on an idle core. */
const READY_MS_MAX = 20_000;
const HELLO = "GET /v2/health/live HTTP/1.1\r\nhost: ranker\r\nconnection: close\r\n\r\n";

/** The gpu-ranker as a process of its own, as a deployment has it in a container. */
export interface RankerProcess extends ServerProcess {
  /** Origin. */
  readonly url: string;
  /** File. */
  readonly log: string;
}

export interface RankerOptions {
  /** Gets its log. */
  readonly folder: string;
  /** 0 takes any that is free. */
  readonly port?: number;
  /** `RANKER_*` beside what the process has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves once it listens; `untilReady` waits until its model is loaded. @throws ServerError that says what to do. */
export async function startRanker({
  folder,
  port: wished = 0,
  env,
}: RankerOptions): Promise<RankerProcess> {
  mkdirSync(folder, { recursive: true });
  const port = wished === 0 ? await freePort() : wished;
  const log = path.join(folder, "ranker.log");
  const server = await startServer({
    name: "The ranker",
    command: process.execPath,
    args: [MAIN],
    env: {
      RANKER_MODELS: MODELS,
      // Nobody sends requests on the strength of an old readiness here, so nobody has to be told first.
      RANKER_DRAIN_NOTICE_MS: "0",
      ...process.env,
      ...env,
      RANKER_HOST: "127.0.0.1",
      RANKER_PORT: String(port),
    },
    port,
    log,
    pidFile: null,
    hello: HELLO,
  });
  return { ...server, url: `http://127.0.0.1:${port}`, log };
}

/** Does it score? False when its model was refused: its log says why. */
export async function untilReady(url: string, waitMs: number = READY_MS_MAX): Promise<boolean> {
  const giveUpAtMs = Date.now() + waitMs;
  do {
    const answer = await fetch(`${url}/v2/health/ready`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return true;
    await sleep(50);
  } while (Date.now() < giveUpAtMs);
  return false;
}

/** `RANKER_URLS` of the ranking proxy: one pool, which every region uses alike. */
export const poolOf = (...servers: readonly string[]): string =>
  JSON.stringify([{ name: "local", servers }]);

const modelSchema = z.object({
  parameters: z.object({ version: z.string(), precision: z.string(), provider: z.string() }),
});

/** Who ranks feeds, and where to look at it, for the welcome. @param ranker started beside the product. */
export async function rankingText(ranker: RankerProcess | null): Promise<string> {
  if (ranker === null)
    return process.env["RANKER_URLS"] === undefined
      ? "by the light model in the Worker: no ranker was started"
      : "by the rankers that RANKER_URLS names";
  const { url, log } = ranker;
  if (!(await untilReady(url)))
    return `by the light model in the Worker: the ranker at ${url} has no model; ${log} says why`;
  const model = modelSchema.parse(await (await fetch(`${url}/v2/models/ranker`)).json());
  const { version, precision, provider } = model.parameters;
  return `by model ${version} (${precision}, ${provider}) at ${url}
             ${url}/v2/health/ready, ${url}/metrics; its log is ${log}`;
}
