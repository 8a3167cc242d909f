/**
 * A key's version: the (epoch, seq) of the log entry that last wrote it, compared
 * lexicographically. After a lost suffix seqs recur, so seq alone would let a lost value win.
 */
export interface Version {
  readonly epoch: number;
  readonly seq: number;
}

export const ZERO: Version = { epoch: 0, seq: 0 };

/** Negative when `a` is older, 0 when equal; null is older than every version. */
export function compareVersions(a: Version | null, b: Version | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return a.epoch - b.epoch || a.seq - b.seq;
}

export const sameVersion = (a: Version | null, b: Version | null): boolean =>
  compareVersions(a, b) === 0;

export const maxVersion = (a: Version, b: Version): Version => (compareVersions(a, b) >= 0 ? a : b);

/** `epoch.seq`, as in ETags and tickets. */
export const formatVersion = (version: Version): string => `${version.epoch}.${version.seq}`;

export function parseVersion(text: string): Version | null {
  const match = /^([0-9]{1,10})\.([0-9]{1,15})$/.exec(text);
  return match === null ? null : { epoch: Number(match[1]), seq: Number(match[2]) };
}
