import type { Version } from "../core/tao/version.ts";

/**
 * A version as one number, so that checkers compare fast: epochs first, then seqs. Exact below
 * 2^21 epochs of 2^32 seqs each.
 */
export type Position = number;

const EPOCH = 2 ** 32;

export const positionOf = ({ epoch, seq }: Version): Position => epoch * EPOCH + seq;

export const positionOrNull = (version: Version | null): Position | null =>
  version === null ? null : positionOf(version);

/** `epoch.seq`. */
export const tellPosition = (position: Position | null): string =>
  position === null
    ? "none"
    : Number.isFinite(position)
      ? `${Math.floor(position / EPOCH)}.${position % EPOCH}`
      : "the end";
