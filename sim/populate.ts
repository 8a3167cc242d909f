import { type Id, idRange, logicalShard, shardOf } from "../core/ids.ts";
import { ASSOC, OBJECT } from "../core/tao/registry.ts";
import type { ShardEntry } from "../core/tao/shard-map.ts";
import type { Write } from "../core/tao/types.ts";
import { LONG_LIST, newPost, type Population, userData } from "./operations.ts";
import type { World } from "./world.ts";

const USERS_PER_SHARD = 4;
const SETUP_TRIES = 20;
const SETUP_RETRY_MS = 500;

/** Users on every shard, each with a post, some with a long list; before anything fails. */
export async function populate(world: World): Promise<Population> {
  const { entries } = world.map;
  const users: Id[] = [];
  const posts: Id[] = [];
  for (let index = 0; index < entries.length * USERS_PER_SHARD; index++) {
    const entry = entries[index % entries.length];
    if (entry === undefined) throw new RangeError("no shards");
    const shard = logicalShard(entry.from);
    const write = (writes: readonly Write[]) => writeFirst(world, entry, writes);
    const user = await write([
      { op: "objAdd", otype: OBJECT.user, shard, data: userData(`u${index}`) },
    ]);
    users.push(user);
    posts.push(await write(newPost(user, `p${index}`, world.scheduler.nowMs())));
    if (index % 2 === 0) await write(longList(user, index));
  }
  return { users, posts };
}

/** Nothing fails yet, but a leader gets its first lease and opens its store on the way. */
async function writeFirst(
  world: World,
  { shard, leader }: ShardEntry,
  writes: readonly Write[],
): Promise<Id> {
  const { service } = await world.leader(shard, leader).enter();
  for (let tries = 0; tries < SETUP_TRIES; tries++) {
    const answer = await service.write({ writes, opId: null });
    const first = answer.ok ? answer.value.results[0] : undefined;
    if (first !== undefined) return first.id;
    await world.scheduler.sleep(SETUP_RETRY_MS);
  }
  throw new Error("the setup was refused");
}

/** A list of authored posts, the `place`-th one: no id2 is on two of them. The posts need not exist. */
export function longList(id1: Id, place: number): readonly Write[] {
  const { from } = idRange(shardOf(id1));
  return Array.from({ length: LONG_LIST.length }, (_, index): Write => {
    const id2 = (from + BigInt(1 + place * LONG_LIST.length + index)) as Id;
    const timeMs = LONG_LIST.fromMs + index;
    return { op: "assocAdd", id1, atype: ASSOC.authored, id2, timeMs, data: "" };
  });
}
