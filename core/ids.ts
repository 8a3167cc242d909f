import type { Failure } from "./errors.ts";
import { err, ok, type Result } from "./result.ts";

declare const brand: unique symbol;
/** 63-bit id: 20-bit logical shard, 41-bit millisecond since 2025, 2-bit sequence. Never a JS number. */
export type Id = bigint & { readonly [brand]: "Id" };

/** Binds an id to one of 2^20 logical shards for life; the shard map says who serves it. */
export type LogicalShard = number & { readonly [brand]: "LogicalShard" };

export const LOGICAL_SHARDS = 1 << 20;
/** 2025-01-01T00:00:00Z. 41 bits of milliseconds last until 2094. */
export const ID_EPOCH_MS = 1_735_689_600_000;

const TIME_BITS = 41n;
const SEQ_BITS = 2n;
const SHARD_SHIFT = TIME_BITS + SEQ_BITS;
const TICKS_MAX = 1n << SHARD_SHIFT;
const ID_MAX = (1n << 63n) - 1n;
/** An allocator may run this far ahead of the clock before it refuses: 4 ids per ms borrow from the future. */
export const ID_BORROW_MS_MAX = 3_600_000;

export const logicalShard = (n: number): LogicalShard => (n & (LOGICAL_SHARDS - 1)) as LogicalShard;
export const shardOf = (id: Id): LogicalShard => Number(id >> SHARD_SHIFT) as LogicalShard;
/** When the id was handed out, Unix milliseconds; not the time of its content. */
export const allocatedAtMs = (id: Id): number =>
  Number((id & (TICKS_MAX - 1n)) >> SEQ_BITS) + ID_EPOCH_MS;

/** Decimal, as in JSON. */
export const formatId = (id: Id): string => id.toString();

/** @returns null for anything but a canonical decimal in [0, 2^63). */
export function parseId(text: string): Id | null {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) return null;
  const value = BigInt(text);
  return value <= ID_MAX ? (value as Id) : null;
}

/** 16 hexadecimal digits: sorts like the number in SQLite, where binding a BigInt throws. */
export const idToKey = (id: Id): string => id.toString(16).padStart(16, "0");
export const idFromKey = (key: string): Id => BigInt(`0x${key}`) as Id;

/** Smallest and one past the largest id of a logical shard. */
export const idRange = (shard: LogicalShard): { readonly from: Id; readonly to: Id } => ({
  from: (BigInt(shard) << SHARD_SHIFT) as Id,
  to: ((BigInt(shard) + 1n) << SHARD_SHIFT) as Id,
});

/**
 * The next id of `shard` after `lastId`, the largest it ever handed out.
 * The clock moves the millisecond forward; a busy millisecond borrows from the next.
 *
 * @returns `overloaded` when the shard has borrowed more than `ID_BORROW_MS_MAX`.
 */
export function nextId(shard: LogicalShard, lastId: Id | null, nowMs: number): Result<Id, Failure> {
  const nowTick = BigInt(Math.max(0, nowMs - ID_EPOCH_MS)) << SEQ_BITS;
  const last = lastId === null ? -1n : lastId & (TICKS_MAX - 1n);
  const tick = last >= nowTick ? last + 1n : nowTick;
  const aheadMs = Number((tick - nowTick) >> SEQ_BITS);
  if (aheadMs > ID_BORROW_MS_MAX || tick >= TICKS_MAX) {
    return err({ code: "overloaded", retryAfterMs: aheadMs - ID_BORROW_MS_MAX + 1 });
  }
  return ok(((BigInt(shard) << SHARD_SHIFT) | tick) as Id);
}
