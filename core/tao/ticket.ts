import { LIMITS } from "../limits.ts";
import { sameText, type Signer } from "../signer.ts";
import type { PhysicalShard } from "./shard-map.ts";
import { compareVersions, type Version } from "./version.ts";

/** How far a client has seen each shard, and when it last read or wrote it (Unix ms). */
export type Progress = ReadonlyMap<
  PhysicalShard,
  { readonly version: Version; readonly seenMs: number }
>;

const FORMAT = "1";
const SECOND_MS = 1_000;

/**
 * Text for the client: format, issue second, `shard-epoch-seq-age` per shard, signature;
 * numbers in base 36. Only shards seen within `LIMITS.ticketTtlMs`, the most recent first,
 * at most `LIMITS.ticketShardsMax`: what is older, every follower that may answer has.
 */
export function encodeTicket(progress: Progress, nowMs: number, signer: Signer): string {
  const issuedS = Math.floor(nowMs / SECOND_MS);
  const shards = [...progress]
    .filter(([, { seenMs }]) => nowMs - seenMs < LIMITS.ticketTtlMs)
    .toSorted(([, a], [, b]) => b.seenMs - a.seenMs)
    .slice(0, LIMITS.ticketShardsMax)
    .map(([shard, { version, seenMs }]) => {
      const ageS = Math.max(0, issuedS - Math.floor(seenMs / SECOND_MS));
      return [shard, version.epoch, version.seq, ageS].map((n) => n.toString(36)).join("-");
    });
  const body = `${FORMAT}.${issuedS.toString(36)}.${shards.join("_")}`;
  return `${body}.${signer.sign(`ticket:${body}`)}`;
}

/**
 * Reads a ticket that this service signed. Anything else is an empty one: a lost ticket
 * costs freshness, never an error. So does one that came back from another deployment.
 */
export function decodeTicket(text: string | null, nowMs: number, signer: Signer): Progress {
  const progress = new Map<PhysicalShard, { version: Version; seenMs: number }>();
  if (text === null || text.length > LIMITS.ticketCharsMax) return progress;
  const end = text.lastIndexOf(".");
  const body = text.slice(0, end);
  const [format, issued = "", shards = ""] = body.split(".");
  if (format !== FORMAT || !sameText(text.slice(end + 1), signer.sign(`ticket:${body}`)))
    return progress;

  const issuedS = Number.parseInt(issued, 36);
  for (const part of shards === "" ? [] : shards.split("_")) {
    const [shard = NaN, epoch = NaN, seq = NaN, ageS = NaN] = part
      .split("-")
      .map((digits) => Number.parseInt(digits, 36));
    const seenMs = (issuedS - ageS) * SECOND_MS;
    if (nowMs - seenMs < LIMITS.ticketTtlMs)
      progress.set(shard, { version: { epoch, seq }, seenMs });
  }
  return progress;
}

/** `progress` after the shard was seen at `version`: it only moves forward. */
export function advance(
  progress: Map<PhysicalShard, { version: Version; seenMs: number }>,
  shard: PhysicalShard,
  version: Version,
  nowMs: number,
): void {
  const known = progress.get(shard);
  const isNewer = known === undefined || compareVersions(version, known.version) > 0;
  progress.set(shard, { version: isNewer ? version : known.version, seenMs: nowMs });
}
