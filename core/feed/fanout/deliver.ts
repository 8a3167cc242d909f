import type { FailureName } from "../../telemetry/events.ts";
import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { inParallel } from "../../in-parallel.ts";
import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";
import { ok, type Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { TraceContext } from "../../telemetry/trace.ts";
import type { Pushed } from "../cache/port.ts";
import { cachePlaces, type Place, socketPlaces } from "./places.ts";
import type { ChunkOutcome, FanoutMessage } from "./service.ts";
import type { Sink, SinkOf } from "./sinks.ts";
import { decodeWork, NO_WORK, type Work } from "./work.ts";

export interface DeliverPorts {
  readonly regions: readonly Region[];
  readonly sinks: readonly Sink[];
  readonly report: (event: FailureName, error: unknown) => void;
}

/** What became of one message's chunk. */
export interface Delivered {
  readonly shard: PhysicalShard;
  readonly outcome: ChunkOutcome;
  /** Of the post, where it was sampled. */
  readonly trace?: TraceContext;
}

interface Tally {
  error: string | null;
  named: number;
  active: number;
  calls: number;
}

/**
 * Does the work of one batch of the queue, one call per region and bucket for all of it. Feed
 * caches before sockets: who is told that there is something new must find it. Never rejects: a
 * chunk of which any part failed says so, and is sent again whole.
 */
export async function deliver(
  messages: readonly FanoutMessage[],
  ports: DeliverPorts,
): Promise<readonly Delivered[]> {
  const tallies = messages.map((): Tally => ({ error: null, named: 0, active: 0, calls: 0 }));
  const works = messages.map(({ work }, index): Work => {
    const decoded = decodeWork(work);
    const tally = tallies[index];
    if (decoded === null && tally !== undefined)
      tally.error = "this version does not understand it";
    return decoded ?? NO_WORK;
  });
  const batch = new Batch(works, tallies, ports);
  const [notified] = await Promise.all([batch.note(), batch.tellCaches()]);
  await batch.tellSockets(notified);
  return messages.map(({ shard, chunk }, index) => {
    const trace = works[index]?.trace;
    const outcome = { chunk, ...(tallies[index] ?? UNKNOWN) };
    return { shard, outcome, ...(trace !== undefined && { trace }) };
  });
}

const UNKNOWN: Tally = { error: "lost", named: 0, active: 0, calls: 0 };

class Batch {
  readonly #works: readonly Work[];
  readonly #tallies: readonly Tally[];
  readonly #ports: DeliverPorts;

  constructor(works: readonly Work[], tallies: readonly Tally[], ports: DeliverPorts) {
    this.#works = works;
    this.#tallies = tallies;
    this.#ports = ports;
  }

  async tellCaches(): Promise<void> {
    for (const { sink, topology } of this.#sinks("cache")) {
      const places = cachePlaces(this.#works, topology);
      await this.#tellAll(places, ({ bucket, events }, region) =>
        sink.apply(region, bucket, events),
      );
    }
  }

  async tellSockets(notified: ReadonlyMap<number, readonly Id[]>): Promise<void> {
    for (const { sink, topology } of this.#sinks("sockets")) {
      const places = socketPlaces(this.#works, notified, topology);
      await this.#tellAll(places, async ({ bucket, events }, region) => {
        const told = await sink.tell(region, bucket, events);
        if (!told.ok) return told;
        return ok(told.value === "quiet" ? null : NOBODY);
      });
    }
  }

  /** @returns who has something new, by the index of the work. */
  async note(): Promise<ReadonlyMap<number, readonly Id[]>> {
    const notified = new Map<number, readonly Id[]>();
    for (const { sink } of this.#sinks("notifications")) {
      const noted = [...this.#works.entries()].filter(([, { notes }]) => notes.length > 0);
      await inParallel(noted, LIMITS.fanoutCallsInFlight, async ([index, { notes }]) => {
        const answer = await this.#answered(() => sink.note(notes));
        if (answer.ok) notified.set(index, answer.value);
        else this.#failed([index], answer.error.code);
      });
    }
    return notified;
  }

  /** @param tell answers null where nobody had to be told. */
  async #tellAll<Event>(
    places: readonly Place<Event>[],
    tell: (place: Place<Event>, region: Region) => Promise<Result<Pushed | null, Failure>>,
  ): Promise<void> {
    const calls = this.#ports.regions.flatMap((region) =>
      places.map((place) => ({ region, place })),
    );
    await inParallel(calls, LIMITS.fanoutCallsInFlight, async ({ region, place }) => {
      const answer = await this.#answered(() => tell(place, region));
      if (!answer.ok)
        this.#failed(place.named.keys(), `${region} bucket ${place.bucket}: ${answer.error.code}`);
      else if (answer.value !== null) this.#told(place, answer.value);
    });
  }

  #told({ named }: Pick<Place<unknown>, "named">, pushed: Pushed): void {
    const all = [...named.values()].reduce((sum, n) => sum + n, 0);
    for (const [index, n] of named) {
      const tally = this.#tallies[index];
      if (tally === undefined) continue;
      // Of an announced post nobody was named: it gets what the bucket says it looked at.
      const share = all === 0 ? 1 / named.size : n / all;
      tally.calls++;
      tally.named += Math.round(pushed.named * share);
      tally.active += Math.round(pushed.active * share);
    }
  }

  #failed(indexes: Iterable<number>, reason: string): void {
    for (const index of indexes) {
      const tally = this.#tallies[index];
      if (tally !== undefined) tally.error ??= reason;
    }
  }

  /** A sink that throws is one that failed. */
  async #answered<T>(call: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    try {
      return await call();
    } catch (error) {
      this.#ports.report("fanout_sink_threw", error);
      return { ok: false, error: AWAY };
    }
  }

  #sinks<K extends Sink["kind"]>(kind: K): SinkOf<K>[] {
    return this.#ports.sinks.filter((sink): sink is SinkOf<K> => sink.kind === kind);
  }
}

const NOBODY: Pushed = { named: 0, active: 0 };
const AWAY: Failure = {
  code: "unavailable",
  dependency: "feed",
  retryAfterMs: LIMITS.overloadRetryMs,
};
