import { type Id, type LogicalShard, parseId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { entryOf, type ShardMap } from "../../core/tao/shard-map.ts";
import type { Write } from "../../core/tao/types.ts";
import type { GraphBatch, OperatorApi } from "./api.ts";

/** Writes that belong together, on one shard; the first one's id is the unit's. */
export interface Unit {
  readonly home: LogicalShard;
  /** `place`: how many writes of the batch come before, for `resultId`. */
  readonly writes: (place: number) => readonly Write[];
}

interface Filling {
  readonly shard: number;
  readonly writes: Write[];
  readonly units: { readonly unit: number; readonly place: number }[];
  bytes: number;
}

export interface Batch extends GraphBatch {
  readonly units: readonly { readonly unit: number; readonly place: number }[];
  /** About as many as its JSON has. */
  readonly bytes: number;
}

/** JSON around a write's payload: names, ids, time. */
const OVERHEAD_BYTES = 140;
/** Characters of other scripts take up to three bytes. */
const sizeOf = (write: Write): number =>
  OVERHEAD_BYTES + ("data" in write ? write.data.length * 3 : 0);

/** One batch per physical shard touched, more when one would pass the graph's bounds. */
export function toBatches(
  units: readonly Unit[],
  map: ShardMap,
  opPrefix: string,
): readonly Batch[] {
  const open = new Map<number, Filling>();
  const full: Filling[] = [];
  units.forEach((unit, index) => {
    const physical = entryOf(map, unit.home).shard;
    const filling = open.get(physical) ?? { shard: unit.home, writes: [], units: [], bytes: 0 };
    const writes = unit.writes(filling.writes.length);
    filling.units.push({ unit: index, place: filling.writes.length });
    filling.writes.push(...writes);
    filling.bytes += writes.reduce((sum, write) => sum + sizeOf(write), 0);
    // Room is left for the largest unit, so that the check can come after the push.
    const nearlyFull =
      filling.writes.length > LIMITS.writesPerCallMax - 8 ||
      filling.bytes > LIMITS.writeBytesMax / 2;
    if (nearlyFull) {
      full.push(filling);
      open.delete(physical);
    } else open.set(physical, filling);
  });
  return [...full, ...open.values()].map((filling, n) => ({
    ...filling,
    opId: `${opPrefix}:${n}`,
  }));
}

/** Calls of at most `adminBodyBytesMax`. */
function toCalls(batches: readonly Batch[]): readonly (readonly Batch[])[] {
  const calls: Batch[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const batch of batches) {
    if (bytes + batch.bytes > LIMITS.adminBodyBytesMax * 0.8 || calls.at(-1)?.length === 256) {
      calls.push([]);
      bytes = 0;
    }
    calls.at(-1)?.push(batch);
    bytes += batch.bytes;
  }
  return calls;
}

/**
 * Writes all units, shard by shard.
 * @param opPrefix makes the batches idempotent: the same units must come with the same prefix.
 * @returns the id of each unit's first result, in the order of the units.
 * @throws OperatorError
 */
export async function writeUnits(
  api: OperatorApi,
  map: ShardMap,
  units: readonly Unit[],
  opPrefix: string,
): Promise<readonly Id[]> {
  const ids: Id[] = Array.from({ length: units.length });
  for (const call of toCalls(toBatches(units, map, opPrefix))) {
    const answers = await api.write(
      call.map(({ shard, opId, writes }) => ({ shard, opId, writes })),
    );
    call.forEach((batch, n) => {
      for (const { unit, place } of batch.units) {
        const id = parseId(answers[n]?.[place] ?? "");
        if (id === null) throw new RangeError(`batch ${batch.opId}: no result at ${place}`);
        ids[unit] = id;
      }
    });
  }
  return ids;
}

/** A unit with an opId of its own. */
export interface NamedUnit {
  readonly opId: string;
  readonly unit: Unit;
}

/**
 * Writes each unit as a batch of its own, for events that must stay idempotent however
 * they are grouped.
 * @returns the id of each unit's first result, in order.
 * @throws OperatorError
 */
export async function writeSeparately(
  api: OperatorApi,
  map: ShardMap,
  units: readonly NamedUnit[],
): Promise<readonly Id[]> {
  const batches = units.map(
    ({ opId, unit }, index) =>
      ({ ...toBatches([unit], map, opId)[0], opId, units: [{ unit: index, place: 0 }] }) as Batch,
  );
  const ids: Id[] = [];
  for (const call of toCalls(batches)) {
    const answers = await api.write(
      call.map(({ shard, opId, writes }) => ({ shard, opId, writes })),
    );
    call.forEach(({ opId }, n) => {
      const id = parseId(answers[n]?.[0] ?? "");
      if (id === null) throw new RangeError(`batch ${opId}: no result`);
      ids.push(id);
    });
  }
  return ids;
}
