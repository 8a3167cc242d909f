import { murmur3 } from "./murmur3.ts";

/** Registers of a HyperLogLog sketch: 512 give the number of viewers within 5 % or so, in 512 small numbers. */
export const REGISTERS = 512;
export type Viewers = readonly number[];
/** Registers and the rank that each should have at least. */
export type ViewersDelta = readonly (readonly [register: number, rank: number])[];

export const NO_VIEWERS: Viewers = Array.from({ length: REGISTERS }, () => 0);

const SEED = 0x2545f491;
const RANK_MAX = 33;
const REGISTER_BITS = Math.log2(REGISTERS);

/** What a viewer leaves in the sketch: the same however often one comes. */
export function sketch(viewer: string): readonly [register: number, rank: number] {
  const hash = murmur3(viewer, SEED);
  // The register takes the low bits, the rank comes from the others.
  return [hash % REGISTERS, Math.clz32(hash >>> REGISTER_BITS) - REGISTER_BITS + 1];
}

/** @param delta its places are checked: it may come from an older version of a Worker. */
export function addViewers(viewers: Viewers, delta: ViewersDelta): Viewers {
  const next = [...viewers];
  for (const [register, rank] of delta) {
    const before = next[register];
    if (before !== undefined) next[register] = Math.min(RANK_MAX, Math.max(before, rank));
  }
  return next;
}

/**
 * How many different viewers there were.
 * Source: Flajolet et al., "HyperLogLog", 2007, with linear counting where few registers are taken.
 */
export function countViewers(viewers: Viewers): number {
  const alpha = 0.7213 / (1 + 1.079 / REGISTERS);
  const raw = (alpha * REGISTERS ** 2) / viewers.reduce((total, rank) => total + 2 ** -rank, 0);
  const free = viewers.filter((rank) => rank === 0).length;
  const few = raw <= 2.5 * REGISTERS && free > 0;
  return Math.round(few ? REGISTERS * Math.log(REGISTERS / free) : raw);
}
