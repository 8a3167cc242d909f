import type { Id } from "../core/ids.ts";
import { parseObjectName } from "../core/tao/names.ts";
import { physicalShardOf } from "../core/tao/shard-map.ts";
import type { Read } from "../core/tao/types.ts";
import type { FinalView } from "./history.ts";
import { observe } from "./observe.ts";
import type { World } from "./world.ts";

/** Everything that was ever written, as every follower tells it. */
export async function readEverything(world: World): Promise<readonly FinalView[]> {
  const home = (id: Id) => physicalShardOf(world.map, id);
  const reads = new Map<string, Read>();
  for (const { mutation } of world.commits.flatMap(({ records }) =>
    records.flatMap((r) => r.entries),
  )) {
    if (mutation.kind === "object") {
      reads.set(`o${mutation.id}`, { op: "objGet", id: mutation.id });
      continue;
    }
    const { id1, atype, id2 } = mutation;
    reads.set(`c${id1} ${atype}`, { op: "assocCount", id1, atype });
    reads.set(`l${id1} ${atype}`, { op: "assocRange", id1, atype, after: null, limit: 20 });
    reads.set(`e${id1} ${atype} ${id2}`, { op: "assocGet", id1, atype, id2s: [id2] });
  }
  const all = [...reads.values()];
  return Promise.all(
    [...world.followers].map(async ([name, follower]) => {
      const { shard } = parseObjectName(name);
      const mine = all.filter((read) => home(read.op === "objGet" ? read.id : read.id1) === shard);
      const { service } = await follower.enter();
      const answer = await service.read({ reads: mine, atLeast: null });
      if (!answer.ok) throw new Error(`${name} refused the last read: ${answer.error.code}`);
      const { results } = answer.value;
      const seen = mine.flatMap((read, index) => {
        const result = results[index];
        return result === undefined ? [] : observe(read, result, home);
      });
      return { follower: name, seen };
    }),
  );
}
