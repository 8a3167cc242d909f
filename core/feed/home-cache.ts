import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { ok, type Result } from "../result.ts";
import type { WriteResponse } from "../tao/service.ts";
import type { PhysicalShard } from "../tao/shard-map.ts";
import type { OwnPlace } from "../tao/tao.ts";
import { compareVersions, type Version } from "../tao/version.ts";
import { encodeRecord } from "./cache/record.ts";
import type { CachedPage, FeedCache, KeptScores, Miss, NewPosts, Wrote } from "./cache/service.ts";
import type { OwnChange, OwnWrite } from "./cache/port.ts";
import type { Call, Outcome } from "./call.ts";
import type { BuildStart, HomeRecord } from "./home-record.ts";

/** What the feed cache said; null: nothing, since it was not asked, or is away. */
export interface Asked<T> {
  readonly answer: T | Miss | null;
  /** Object calls that it took. */
  readonly calls: number;
}
export type CacheAnswer = Asked<CachedPage>;

/** Whoever reads from leaders wants nothing that was read before. */
const cacheFor = (call: Call): FeedCache | null =>
  call.consistency === "leader" ? null : call.cache;

/** Fails open: the graph knows all that the cache knows. A cache that is away is no miss, and is reported. */
export async function askCache<T extends CachedPage | KeptScores | NewPosts>(
  call: Call,
  ask: (cache: FeedCache, wrote: Wrote) => Promise<Result<T | Miss, Failure>>,
): Promise<Asked<T>> {
  const cache = cacheFor(call);
  if (cache === null) return { answer: null, calls: 0 };
  const wrote = call.consistency === "eventual" ? [] : [...call.tao.wrote()];
  const askedMs = call.clock.nowMs();
  const answer = await ask(cache, wrote);
  call.timing.cacheMs = call.clock.nowMs() - askedMs;
  if (answer.ok) return { answer: answer.value, calls: 1 };
  call.report({ event: "cache_failed", stage: answer.error.code, viewer: String(call.viewer) });
  return { answer: null, calls: 1 };
}

/** Misses after which a whole entry is built. */
const BUILDS: ReadonlySet<Miss["why"]> = new Set(["cold", "expired", "void", "unscored"]);

/**
 * Where a build begins whose entry may be kept; null where none is asked for. What is read next is as
 * fresh as the client's ticket, and as what the bucket was told about the viewer.
 */
export function startOf(call: Call, viewer: Id, answer: Miss | null): BuildStart | null {
  if (answer === null || !BUILDS.has(answer.why)) return null;
  const { tao, consistency } = call;
  const builtMs = answer.watermarkMs;
  // Such reads are as fresh as they come, whatever the ticket says.
  if (consistency === "eventual") return { viewer, builtMs, since: null, wrote: new Map() };
  if (answer.needs !== null) tao.atLeast(viewer, answer.needs);
  return { viewer, builtMs, since: tao.positionOf(viewer), wrote: tao.wrote() };
}

/**
 * A write that changes what its author's pages show by `change` alone (null: by nothing): the entry of this region
 * is told and stays valid. A replay is not told: what it did may have been changed again since.
 *
 * @param before of the shard that was written to, taken before the write.
 */
export function tellOwn(
  call: Call,
  viewer: Id,
  before: OwnPlace,
  { at, replayed }: WriteResponse,
  change: () => Outcome<OwnChange | null>,
): void {
  // Eventual reads may be older than what the request knows of: their counts have no place.
  if (call.cache === null || replayed || call.consistency === "eventual") return;
  const { shard, at: prev } = before;
  call.told.add(shard);
  call.defer(async () => {
    const changed = await change();
    const told = changed.ok ? changed.value : "other";
    await tell(call, { viewer, shard, prev, at, change: told });
  });
}

/**
 * Writes of a request that nobody has told the cache of: entries that do not reflect them are void for whoever
 * wrote anything there later, too. Two tabs that write in turn, each with its own ticket, rely on it.
 *
 * @param before what the client had written when the request began.
 */
export function tellOthers(call: Call, before: ReadonlyMap<PhysicalShard, Version>): void {
  const { cache, viewer, tao, told } = call;
  if (cache === null || viewer === null) return;
  for (const [shard, at] of tao.wrote()) {
    const prev = before.get(shard) ?? null;
    if (told.has(shard) || compareVersions(prev, at) >= 0) continue;
    call.defer(() => tell(call, { viewer, shard, prev, at, change: "other" }));
  }
}

async function tell(call: Call, write: OwnWrite): Promise<void> {
  const told = await call.cache?.own(call.region, write);
  if (told?.ok === false)
    call.report({ event: "cache_failed", stage: told.error.code, viewer: String(write.viewer) });
}

/** Of what no home feed shows. */
export const NOTHING_SHOWN = async (): Outcome<null> => ok(null);

/** After the answer: the entry, with the ticket that goes out with it. */
export async function put(call: Call, { record, isSound }: HomeRecord): Promise<void> {
  const cache = cacheFor(call);
  if (cache === null || !isSound) return;
  const { tao, region } = call;
  const text = encodeRecord({
    ...record,
    ticket: tao.ticket(),
    upTo: tao.positionOf(record.viewer),
  });
  const kept = await cache.put(region, record.viewer, text);
  if (!kept.ok)
    call.report({ event: "cache_failed", stage: kept.error.code, viewer: String(call.viewer) });
}
