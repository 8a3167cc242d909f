import type { FailureName } from "../../telemetry/events.ts";
import type { Clock } from "../../clock.ts";
import { LIMITS } from "../../limits.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import { messageBytes } from "./chunks.ts";
import { answerMs } from "./outcomes.ts";
import type { FanoutMessage } from "./service.ts";
import type { ChunkRow, FanoutTable } from "./table.ts";

export interface SenderPorts {
  readonly shard: PhysicalShard;
  readonly clock: Clock;
  readonly table: FanoutTable;
  /** Into the queue, all or none. Rejects when the queue is away. */
  readonly enqueue: (messages: readonly FanoutMessage[]) => Promise<void>;
  /** So many chunks were put aside just now: somebody should look. */
  readonly putAside: (count: number) => void;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * Puts chunks into the queue: a bounded number on their way at once. One without an answer goes
 * again, and after too many tries aside. A queue that is away costs no chunk a try.
 */
export class Sender {
  readonly #ports: SenderPorts;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  async send(): Promise<void> {
    const { clock, report } = this.#ports;
    const nowMs = clock.nowMs();
    this.#putAside(nowMs);
    this.#dropOldest();
    for (const batch of batchesOf(this.#dueNow(nowMs), this.#ports.shard)) {
      this.#mark(batch, nowMs);
      try {
        await this.#ports.enqueue(batch.map(({ message }) => message));
      } catch (error) {
        report("queue_away", error);
        return this.#unmark(batch);
      }
    }
  }

  #dueNow(nowMs: number): ChunkRow[] {
    const { table } = this.#ports;
    const again = table.due("outstanding", nowMs, LIMITS.fanoutWindow);
    const room = LIMITS.fanoutWindow - table.chunkCounts().outstanding;
    return [...again, ...table.due("waiting", nowMs, Math.max(0, room))];
  }

  #putAside(nowMs: number): void {
    const { table } = this.#ports;
    const late = table
      .due("outstanding", nowMs, LIMITS.fanoutWindow)
      .filter(({ tries }) => tries >= LIMITS.fanoutTriesMax);
    if (late.length === 0) return;
    table.transaction(() => {
      for (const { number, tries } of late)
        table.move({ number, place: "dead", dueMs: nowMs, tries, lastError: "no answer" });
    });
    this.#ports.putAside(late.length);
  }

  /** Readers found such a post by the graph long ago: what is lost is that somebody could look into why. */
  #dropOldest(): void {
    const { table, report } = this.#ports;
    const over = table.chunkCounts().dead - LIMITS.fanoutDeadMax;
    if (over <= 0) return;
    table.transaction(() => {
      for (const { number } of table.dead(over)) table.dropChunk(number);
    });
    report("dead_letters_dropped", over);
  }

  #mark(batch: readonly Sending[], nowMs: number): void {
    const { table } = this.#ports;
    table.transaction(() => {
      for (const { chunk } of batch) {
        const { number, lastError } = chunk;
        const tries = chunk.tries + 1;
        table.move({
          number,
          place: "outstanding",
          dueMs: nowMs + answerMs(tries),
          tries,
          lastError,
        });
      }
      const again = batch.filter(({ chunk }) => chunk.tries > 0).length;
      const head = table.head();
      if (again > 0) table.saveHead({ ...head, resent: head.resent + again });
    });
  }

  #unmark(batch: readonly Sending[]): void {
    const { table, clock } = this.#ports;
    const dueMs = clock.nowMs() + LIMITS.fanoutRetryMs;
    table.transaction(() => {
      for (const { chunk } of batch) {
        const { number, tries } = chunk;
        table.move({ number, place: "waiting", dueMs, tries, lastError: "the queue was away" });
      }
    });
  }
}

interface Sending {
  readonly chunk: ChunkRow;
  readonly message: FanoutMessage;
}

/** Messages that may be sent together. */
function batchesOf(chunks: readonly ChunkRow[], shard: PhysicalShard): readonly Sending[][] {
  const batches: Sending[][] = [];
  let bytes = Infinity;
  for (const chunk of chunks) {
    const { number, work, fromMs } = chunk;
    const message = { shard, chunk: number, work, fromMs };
    const size = messageBytes(message);
    const last = batches.at(-1);
    const fits = bytes + size <= LIMITS.fanoutSendBytesMax;
    if (last !== undefined && fits && last.length < LIMITS.fanoutSendMax) {
      last.push({ chunk, message });
      bytes += size;
      continue;
    }
    batches.push([{ chunk, message }]);
    bytes = size;
  }
  return batches;
}
