import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { afterEach, describe, it } from "vitest";

import type { Rows } from "../../core/ranking/features.ts";
import { encodeRequest } from "../../core/ranking/infer.ts";
import { heldBack, RunningRanker, scoresOf } from "./running-ranker.ts";
import { rowsFrom, setCurrent, writeArtifact } from "./tiny-model.ts";

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

describe("a drain", () => {
  it("is not ready at once, answers meanwhile, then refuses, and ends what runs", async ({
    expect,
  }) => {
    const ranker = new RunningRanker();
    undo.push(() => ranker.remove());
    writeArtifact(ranker.models, "v1", { seed: 1 });
    setCurrent(ranker.models, "v1");
    const held = Promise.withResolvers<void>();
    const notice = Promise.withResolvers<void>();
    await ranker.start({}, { scorers: heldBack(held.promise), sleep: () => notice.promise });
    const rows = rowsFrom(1, 5);
    const connection = new OneConnection(ranker.port);
    undo.push(() => connection.end());
    connection.infer(rows);
    while ((await ranker.metric("ranker_load_rows")) !== 5) await new Promise(setImmediate);

    const drained = ranker.drain();
    expect((await ranker.get("/v2/health/ready")).status).toBe(503);
    expect((await ranker.get("/v2/models/ranker/ready")).status).toBe(503);
    const live = await ranker.get("/v2/health/live");
    expect([live.status, live.headers.get("connection")]).toEqual([200, "close"]);
    const late = ranker.infer(rows);
    while ((await ranker.metric("ranker_load_rows")) !== 10) await new Promise(setImmediate);

    notice.resolve();
    await expect.poll(() => ranker.get("/v2/health/live").catch(() => null)).toBe(null);
    connection.infer(rows);
    held.resolve();
    expect((await scoresOf(await late, rows)).model).toBe("v1");
    const answers = await connection.read();
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 503"]);
    expect(answers).toContain("edgewise-shed: draining");
    await drained;
    expect(ranker.logged.map(({ event }) => event).slice(-2)).toEqual(["draining", "drained"]);
  });
});

/** A connection on which the next request is sent before the last one was answered. */
class OneConnection {
  readonly #socket: Socket;
  #text = "";

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (data) => {
      this.#text += data.toString("latin1");
    });
  }

  infer(rows: Rows): void {
    const { body, headerBytes } = encodeRequest(rows);
    this.#socket.write(
      [
        "POST /v2/models/ranker/infer HTTP/1.1",
        "host: ranker",
        `content-length: ${body.length}`,
        `inference-header-content-length: ${headerBytes}`,
        "edgewise-budget-ms: 10000",
        "",
        "",
      ].join("\r\n"),
    );
    this.#socket.write(body);
  }

  /** Everything that came until the other side closed. */
  async read(): Promise<string> {
    if (!this.#socket.closed) await once(this.#socket, "close");
    return this.#text;
  }

  end(): void {
    this.#socket.destroy();
  }
}

describe("the process", () => {
  /** The product's entry, and what it logs, line by line. */
  function start(env: NodeJS.ProcessEnv) {
    const models = mkdtempSync(path.join(os.tmpdir(), "ranker-models-"));
    writeArtifact(models, "v1", { seed: 1 });
    setCurrent(models, "v1");
    const child: ChildProcess = spawn(process.execPath, ["gpu-ranker/src/main.ts"], {
      env: {
        ...process.env,
        RANKER_MODELS: models,
        RANKER_PORT: "0",
        RANKER_PROVIDERS: "cpu",
        ...env,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    undo.push(() => {
      child.kill("SIGKILL");
      rmSync(models, { recursive: true, force: true });
    });
    if (child.stdout === null) throw new Error("no stdout");
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const until = async (event: string): Promise<Record<string, unknown>> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`ended before ${event}`);
        const logged = JSON.parse(value) as Record<string, unknown>;
        if (logged["event"] === event) return logged;
      }
    };
    return { child, until };
  }

  it("serves, and ends by itself after SIGTERM", async ({ expect }) => {
    const { child, until } = start({ RANKER_DRAIN_NOTICE_MS: "0" });
    const { port } = await until("listening");
    await until("promoted");
    const ready = await fetch(`http://127.0.0.1:${String(port)}/v2/health/ready`);
    expect(ready.status).toBe(200);
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await until("drained");
    expect(await exited).toEqual([0, null]);
  });

  it("names a setting that is wrong, and does not start", async ({ expect }) => {
    const { child, until } = start({ RANKER_THREADS: "none" });
    expect(await until("not_started")).toMatchObject({
      error: expect.stringContaining("RANKER_THREADS"),
    });
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
  });
});
