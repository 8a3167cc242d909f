import { LIMITS } from "../limits.ts";
import { sameText, type Signer } from "../signer.ts";
import type { PhysicalShard } from "./shard-map.ts";
import { compareVersions, maxVersion, type Version } from "./version.ts";

/** How far a client has seen one shard, and when it last read or wrote it (Unix ms). */
export interface Seen {
  readonly version: Version;
  readonly seenMs: number;
  /** The client's own last write there, and when; absent when there was none lately. */
  readonly wrote?: OwnWrite;
}
interface OwnWrite {
  readonly version: Version;
  readonly atMs: number;
}
export type Progress = ReadonlyMap<PhysicalShard, Seen>;

const FORMAT = "1";
const SECOND_MS = 1_000;

/**
 * Text for the client: format, issue second, `shard-epoch-seq-age` per shard, signature;
 * numbers in base 36. Where the client wrote, `-epoch-seq-age` of that follow. Only shards seen within `LIMITS.ticketTtlMs`, the most recent first,
 * at most `LIMITS.ticketShardsMax`: what is older, every follower that may answer has.
 */
export function encodeTicket(progress: Progress, nowMs: number, signer: Signer): string {
  const issuedS = Math.floor(nowMs / SECOND_MS);
  const shards = [...progress]
    .filter(([, { seenMs }]) => nowMs - seenMs < LIMITS.ticketTtlMs)
    .toSorted(([, a], [, b]) => b.seenMs - a.seenMs)
    .slice(0, LIMITS.ticketShardsMax);
  const own = new Set(latestWrites(shards, nowMs));
  const parts = shards.map(([shard, { version, seenMs, wrote }]) => {
    const fields = [shard, version.epoch, version.seq, ageS(seenMs, issuedS)];
    if (wrote !== undefined && own.has(shard))
      fields.push(wrote.version.epoch, wrote.version.seq, ageS(wrote.atMs, issuedS));
    return fields.map((n) => n.toString(36)).join("-");
  });
  const body = `${FORMAT}.${issuedS.toString(36)}.${parts.join("_")}`;
  return `${body}.${signer.sign(`ticket:${body}`)}`;
}

/** Whole seconds, so that two tickets of one moment are equal. */
const ageS = (atMs: number, issuedS: number): number =>
  Math.max(0, issuedS - Math.floor(atMs / SECOND_MS));

const latestWrites = (shards: readonly (readonly [PhysicalShard, Seen])[], nowMs: number) =>
  shards
    .flatMap(([shard, { wrote }]) => (wrote === undefined ? [] : [{ shard, atMs: wrote.atMs }]))
    .filter(({ atMs }) => nowMs - atMs < LIMITS.ticketWritesMs)
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, LIMITS.ticketWritesMax)
    .map(({ shard }) => shard);

/**
 * Reads a ticket that this service signed. Anything else is an empty one: a lost ticket
 * costs freshness, never an error. So does one that came back from another deployment.
 */
export function decodeTicket(text: string | null, nowMs: number, signer: Signer): Progress {
  const progress = new Map<PhysicalShard, Seen>();
  if (text === null || text.length > LIMITS.ticketCharsMax) return progress;
  const end = text.lastIndexOf(".");
  const body = text.slice(0, end);
  const [format, issued = "", shards = ""] = body.split(".");
  if (format !== FORMAT || !sameText(text.slice(end + 1), signer.sign(`ticket:${body}`)))
    return progress;

  const issuedS = Number.parseInt(issued, 36);
  for (const part of shards === "" ? [] : shards.split("_")) {
    const [shard = NaN, epoch = NaN, seq = NaN, age = NaN, ...own] = part
      .split("-")
      .map((digits) => Number.parseInt(digits, 36));
    const seenMs = (issuedS - age) * SECOND_MS;
    if (!(nowMs - seenMs < LIMITS.ticketTtlMs)) continue;
    const seen = { version: { epoch, seq }, seenMs };
    const wrote = ownWrite(own, issuedS, nowMs);
    progress.set(shard, wrote === null ? seen : { ...seen, wrote });
  }
  return progress;
}

function ownWrite(fields: readonly number[], issuedS: number, nowMs: number): OwnWrite | null {
  const [epoch, seq, age] = fields;
  if (epoch === undefined || seq === undefined || age === undefined) return null;
  const atMs = (issuedS - age) * SECOND_MS;
  return nowMs - atMs < LIMITS.ticketWritesMs ? { version: { epoch, seq }, atMs } : null;
}

/**
 * The tickets of answers that a client got in parallel, with commas between: together they say all
 * that it has seen. Each that cannot be read is left out, and so are those beyond `LIMITS.ticketsMax`.
 */
export function decodeTickets(text: string | null, nowMs: number, signer: Signer): Progress {
  const [first = null, ...others] = text?.split(",", LIMITS.ticketsMax) ?? [];
  const progress = new Map(decodeTicket(first, nowMs, signer));
  for (const one of others) {
    for (const [shard, seen] of decodeTicket(one, nowMs, signer)) {
      const known = progress.get(shard);
      progress.set(shard, known === undefined ? seen : laterOf(known, seen));
    }
  }
  return progress;
}

function laterOf(a: Seen, b: Seen): Seen {
  const seen = {
    version: maxVersion(a.version, b.version),
    seenMs: Math.max(a.seenMs, b.seenMs),
  };
  const wrote =
    a.wrote === undefined || b.wrote === undefined
      ? (a.wrote ?? b.wrote)
      : laterWrite(a.wrote, b.wrote);
  return wrote === undefined ? seen : { ...seen, wrote };
}

const laterWrite = (a: OwnWrite, b: OwnWrite): OwnWrite => ({
  version: maxVersion(a.version, b.version),
  atMs: Math.max(a.atMs, b.atMs),
});

/** `progress` after the shard was seen at `version`: it only moves forward. */
export function advance(
  progress: Map<PhysicalShard, Seen>,
  shard: PhysicalShard,
  version: Version,
  nowMs: number,
): void {
  const known = progress.get(shard);
  const isNewer = known === undefined || compareVersions(version, known.version) > 0;
  progress.set(shard, {
    ...known,
    version: isNewer ? version : known.version,
    seenMs: nowMs,
  });
}

/** `progress` after the client wrote to the shard, at `version`. */
export function advanceOwn(
  progress: Map<PhysicalShard, Seen>,
  shard: PhysicalShard,
  version: Version,
  nowMs: number,
): void {
  advance(progress, shard, version, nowMs);
  const seen = progress.get(shard);
  const isNewer = seen !== undefined && compareVersions(version, seen.wrote?.version ?? null) > 0;
  if (isNewer) progress.set(shard, { ...seen, wrote: { version, atMs: nowMs } });
}
