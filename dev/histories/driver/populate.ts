import { type Id, type LogicalShard, logicalShard } from "../../../core/ids.ts";
import { OBJECT } from "../../../core/tao/registry.ts";
import type { Write } from "../../../core/tao/types.ts";
import { systemSleep } from "../../../platform/clock.ts";
import { newPost, userData } from "../../../sim/operations.ts";
import { longList } from "../../../sim/populate.ts";
import type { PopulateRequest, Populated } from "../wire.ts";
import type { DriverGraph } from "./graph.ts";

const PATIENCE_MS = 60_000;
const RETRY_MS = 500;
/** One user in so many has a list longer than what followers keep. */
const USERS_PER_LONG_LIST = 16;

/** Users on every shard, each with a post, a few with a long list. */
export async function populate(
  graph: DriverGraph,
  { usersPerShard }: PopulateRequest,
): Promise<Populated> {
  const users: Id[] = [];
  const posts: Id[] = [];
  const add = async (shard: number, index: number, nth: number) => {
    const home = logicalShard(graph.map.entries[shard]?.from ?? 0);
    const write = async (writes: readonly Write[]): Promise<Id> =>
      firstOf(graph, home, writes, `populate-${nth}-${writes[0]?.op}-${writes.length}`);
    const data = userData(`u${nth}`);
    const user = await write([{ op: "objAdd", otype: OBJECT.user, shard: home, data }]);
    users.push(user);
    posts.push(await write(newPost(user, `p${nth}`, Date.now())));
    if (index % USERS_PER_LONG_LIST === 0) await write(longList(user, nth));
  };
  for (let index = 0; index < usersPerShard; index++) {
    const places = graph.map.entries.map(({ shard }) => shard);
    await Promise.all(places.map((shard) => add(shard, index, index * places.length + shard)));
  }
  return { users, posts };
}

/** Leaders get their first lease and open their stores on the way: some answers take their time. */
async function firstOf(
  graph: DriverGraph,
  home: LogicalShard,
  writes: readonly Write[],
  opId: string,
): Promise<Id> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const tao = graph.tao({ region: graph.regions[0] ?? "", ticket: null, deadlineMs });
    const answer = await tao.write(home, writes, opId);
    const first = answer.ok ? answer.value.results[0] : undefined;
    if (first !== undefined) return first.id;
    if (Date.now() > deadlineMs) throw new Error(`setup refused: ${JSON.stringify(answer)}`);
    await systemSleep(RETRY_MS);
  }
}
