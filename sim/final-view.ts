import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Mutation } from "../core/tao/log.ts";
import { parseObjectName } from "../core/tao/names.ts";
import { physicalShardOf } from "../core/tao/shard-map.ts";
import type { Read } from "../core/tao/types.ts";
import type { FollowerHost } from "./follower-host.ts";
import type { FinalView, Laggard } from "./history.ts";
import { observe } from "./observe.ts";
import type { World } from "./world.ts";

const TRIES = 60;
const RETRY_MS = 1_000;

/** Everything that was written after `sinceMs`, as every follower tells it. */
export async function readEverything(world: World, sinceMs: number): Promise<readonly FinalView[]> {
  const home = (id: Id) => physicalShardOf(world.map, id);
  const reads = new Map<string, Read>();
  for (const { mutation } of written(world, sinceMs)) {
    for (const [key, read] of readsOf(mutation)) reads.set(key, read);
  }
  const all = [...reads.values()];
  const isThere = ([name]: readonly [string, FollowerHost]) =>
    !world.lost.has(parseObjectName(name).region);
  return Promise.all(
    [...world.followers].filter(isThere).map(async ([name, follower]) => {
      const { shard } = parseObjectName(name);
      const mine = all.filter((read) => home(read.op === "objGet" ? read.id : read.id1) === shard);
      const results = await readAll(world, follower, mine);
      const seen = mine.flatMap((read, index) => {
        const result = results[index];
        return result === undefined ? [] : observe(read, result, home);
      });
      return { follower: name, atMs: world.scheduler.nowMs(), seen };
    }),
  );
}

/** Who answers without asking, since it has just asked, and lacks some of its epoch's log. */
export async function laggardsOf(world: World): Promise<readonly Laggard[]> {
  const { followers, heardMs, lost, stores, recorder } = world;
  const sinceMs = world.scheduler.nowMs() - LIMITS.followerTtlMs;
  const found = [...followers].map(async ([name, host]): Promise<readonly Laggard[]> => {
    const { shard, region } = parseObjectName(name);
    const head = stores.get(recorder.storeOf(shard) ?? "")?.head;
    if (head === undefined || lost.has(region) || (heardMs.get(name) ?? 0) < sinceMs) return [];
    const { service } = await host.enter();
    const { applied } = await service.stats();
    const lags = applied?.epoch === head.epoch && applied.seq < head.seq;
    return lags ? [{ follower: name, applied, head }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Leaders may be waiting for a lease: nothing fails any more, so they get one. */
async function readAll(world: World, follower: FollowerHost, reads: readonly Read[]) {
  for (let tries = 0; ; tries++) {
    const { service } = await follower.enter();
    const answer = await service.read({ reads, atLeast: null });
    if (answer.ok && answer.value.staleMs === undefined) return answer.value.results;
    const why = answer.ok ? "stale" : answer.error.code;
    if (tries >= TRIES) throw new Error(`${follower.name} refused the last read: ${why}`);
    await world.scheduler.sleep(RETRY_MS);
  }
}

function* written({ recorder }: World, sinceMs: number) {
  for (const event of recorder.shards) {
    if (event.kind === "commit" && event.atMs > sinceMs)
      for (const { entries } of event.records)
        for (const { mutation } of entries) yield { mutation };
  }
}

/** What tells the state of everything that an entry changed, by key. */
export function readsOf(mutation: Mutation): readonly (readonly [string, Read])[] {
  if (mutation.kind === "object") return [[`o${mutation.id}`, { op: "objGet", id: mutation.id }]];
  const { id1, atype, id2 } = mutation;
  return [
    [`c${id1} ${atype}`, { op: "assocCount", id1, atype }],
    [`l${id1} ${atype}`, { op: "assocRange", id1, atype, after: null, limit: 20 }],
    [`e${id1} ${atype} ${id2}`, { op: "assocGet", id1, atype, id2s: [id2] }],
  ];
}
