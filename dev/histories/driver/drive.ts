import { Operations } from "../../../sim/operations.ts";
import { SeededRandom } from "../../../sim/random.ts";
import { systemSleep } from "../../../platform/clock.ts";
import { type DriveLine, type DriveRequest, encode } from "../wire.ts";
import { Client } from "./client.ts";
import type { DriverGraph } from "./graph.ts";

/** Reads may wait this long for company on their way out; a write's answer never does. */
const FLUSH_MS = 20;
const PAUSE_MS_MAX = 15;

/** Runs the clients at once and streams what happens; ends when nobody listens any more. */
export function drive(graph: DriverGraph, request: DriveRequest): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const out = new LineWriter(writable.getWriter());
  // Not handed to waitUntil: when the caller goes, so does this, wherever it is.
  void runClients(graph, request, out).finally(() => out.end());
  return readable;
}

async function runClients(graph: DriverGraph, request: DriveRequest, out: LineWriter) {
  const random = new SeededRandom(request.seed);
  const population = { users: request.users, posts: [...request.posts] };
  const operations = new Operations(random, population, `${request.call}v`);
  const ports = { graph, random, operations, population, nowMs: Date.now, tell: out.tell };
  let left = request.steps;
  await Promise.all(
    request.clients.map(async (state) => {
      const client = new Client(state, request.call, ports);
      while (left-- > 0 && !out.isGone) {
        await client.step(request.writeShare);
        if (random.chance(0.1)) await systemSleep(random.int(1, PAUSE_MS_MAX));
      }
    }),
  );
  out.tell({ kind: "end" });
}

class LineWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #waiting = "";
  #timer: ReturnType<typeof setTimeout> | null = null;
  isGone = false;

  constructor(writer: WritableStreamDefaultWriter<Uint8Array>) {
    this.#writer = writer;
  }

  tell = (line: DriveLine): void => {
    this.#waiting += `${encode(line)}\n`;
    const isWrite = line.kind === "sent" || (line.kind === "event" && line.event.kind === "write");
    if (isWrite) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  };

  async end(): Promise<void> {
    this.#flush();
    await this.#writer.close().catch(() => undefined);
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const bytes = this.#encoder.encode(this.#waiting);
    this.#waiting = "";
    this.#writer.write(bytes).catch(() => {
      this.isGone = true;
    });
  }
}
