import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { DENSE_COUNT, type Rows } from "../../core/ranking/features.ts";
import { decodeAnswer, encodeRequest, type InferAnswer } from "../../core/ranking/infer.ts";
import { RANKER_HEADERS } from "../../core/ranking/ranker-headers.ts";
import { configFrom } from "../../gpu-ranker/src/env.ts";
import { startScorer } from "../../gpu-ranker/src/model/scorer.ts";
import { type RankerPorts, startRanker } from "../../gpu-ranker/src/ranker.ts";

export const ADMIN_TOKEN = "a token of tests only";

export interface Logged {
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A ranker on a free port over a folder of its own. */
export class RunningRanker {
  readonly models = mkdtempSync(path.join(os.tmpdir(), "ranker-models-"));
  readonly logged: Logged[] = [];
  #ranker: Awaited<ReturnType<typeof startRanker>> | null = null;

  async start(env: NodeJS.ProcessEnv = {}, ports: Partial<RankerPorts> = {}): Promise<void> {
    const config = configFrom({
      RANKER_PORT: "0",
      RANKER_MODELS: this.models,
      RANKER_PROVIDERS: "cpu",
      RANKER_POLL_MS: "0",
      RANKER_ADMIN_TOKEN: ADMIN_TOKEN,
      RANKER_DRAIN_NOTICE_MS: "0",
      ...env,
    });
    this.#ranker = await startRanker(
      config,
      (level, event, fields = {}) => this.logged.push({ level, event, fields }),
      ports,
    );
  }

  get port(): number {
    return this.#ranker?.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  drain(): Promise<void> {
    return this.#ranker?.drain() ?? Promise.resolve();
  }

  async remove(): Promise<void> {
    await this.drain();
    rmSync(this.models, { recursive: true, force: true });
  }

  get(pathname: string): Promise<Response> {
    return fetch(this.url + pathname);
  }

  /** A raw request for `rows`; it waits ten seconds unless `headers` say otherwise. */
  infer(
    rows: Rows,
    headers: Readonly<Record<string, string>> = {},
    pathname = "/v2/models/ranker/infer",
  ): Promise<Response> {
    const { body, headerBytes } = encodeRequest(rows);
    return fetch(this.url + pathname, {
      method: "POST",
      headers: {
        [RANKER_HEADERS.inferHeaderBytes]: String(headerBytes),
        [RANKER_HEADERS.budgetMs]: "10000",
        ...headers,
      },
      body,
    });
  }

  post(pathname: string, body: unknown, token = ADMIN_TOKEN): Promise<Response> {
    return fetch(this.url + pathname, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** Value of a metric, by its name and labels as they are printed; null when it is not there. */
  async metric(line: string): Promise<number | null> {
    const text = await (await this.get("/metrics")).text();
    const found = text.split("\n").find((one) => one.startsWith(`${line} `));
    return found === undefined ? null : Number(found.slice(line.length + 1));
  }
}

/** What a raw answer holds. @throws Error when it is a refusal or its body is wrong. */
export async function scoresOf(response: Response, rows: Rows): Promise<InferAnswer> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const body = new Uint8Array(await response.arrayBuffer());
  const headerBytes = Number(response.headers.get(RANKER_HEADERS.inferHeaderBytes));
  const answer = decodeAnswer(body, headerBytes, rows.dense.length / DENSE_COUNT);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

/** Scorers that run only once `held` resolves. */
export const heldBack =
  (held: Promise<void>): RankerPorts["scorers"] =>
  async (options, timer) => {
    const started = await startScorer(options, timer);
    if (!started.ok) return started;
    const { run, ...scorer } = started.value;
    return { ok: true, value: { ...scorer, run: (batch) => held.then(() => run(batch)) } };
  };
