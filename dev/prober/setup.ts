import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { type Id, type LogicalShard, logicalShard, parseId, shardOf } from "../../core/ids.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import { entryOfId, type ShardMap } from "../../core/tao/shard-map.ts";
import type { Write } from "../../core/tao/types.ts";
import type { ProbeGraph } from "./graph.ts";
import { type Probe, readsOf } from "./samples.ts";

const NOBODY = JSON.stringify({
  authorId: "0",
  text: "probe",
  audience: "only_me",
  media: [],
  createdAtMs: 0,
});
/** A probe rests this long after its write: its last horizon, and the answers. */
const REST_MS = 65_000;

/** Enough per shard that one has always rested. */
export const probesPerShard = (perSecond: number, shards: number): number =>
  Math.ceil((perSecond * REST_MS) / 1_000 / shards) + 1;

/**
 * The probes of the last run against this product, kept in `file`, and new ones for what is
 * missing: runs add up to no more objects than one needs.
 *
 * @throws Error when the product refuses.
 */
export async function setUpProbes(
  graph: ProbeGraph,
  map: ShardMap,
  perShard: number,
  file: string,
  run: string,
): Promise<readonly Probe[]> {
  const known = await existing(graph, readIds(file));
  const probes: Probe[] = [];
  const ids: Id[] = [];
  for (const { shard, from } of map.entries) {
    const home = logicalShard(from);
    const here = known.filter((id) => entryOfId(map, id).shard === shard);
    while (here.length < perShard)
      here.push(await create(graph, home, `${run}:new:${shard}:${here.length}`));
    ids.push(...here);
    probes.push(...here.slice(0, perShard).map((id) => ({ shard, home: shardOf(id), id })));
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(ids.map(String))}\n`);
  return probes;
}

/** Deletes every probe that `file` knows, with its edge, and the file. @returns how many. */
export async function removeProbes(graph: ProbeGraph, file: string, run: string): Promise<number> {
  const ids = await existing(graph, readIds(file));
  for (const id of ids) {
    const edge = { id1: id, atype: ASSOC.mutes, id2: id };
    await write(graph, shardOf(id), `${run}:unlink:${id}`, { op: "assocDelete", ...edge });
    await write(graph, shardOf(id), `${run}:remove:${id}`, { op: "objDelete", id });
  }
  rmSync(file, { force: true });
  return ids.length;
}

function readIds(file: string): readonly Id[] {
  let text = "[]";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const ids: unknown = JSON.parse(text);
  return Array.isArray(ids) ? ids.flatMap((id) => parseId(String(id)) ?? []) : [];
}

/** Those that the product still has: its data may have been deleted since. */
async function existing(graph: ProbeGraph, ids: readonly Id[]): Promise<readonly Id[]> {
  const found: Id[] = [];
  for (const id of ids) {
    const probe = { shard: 0, home: shardOf(id), id };
    const answer = await graph.readAt("leader", readsOf(probe));
    if (answer === null) throw new Error("no answer; is the product running there?");
    if (answer.object !== null) found.push(id);
  }
  return found;
}

async function create(graph: ProbeGraph, shard: LogicalShard, opId: string): Promise<Id> {
  const text = await write(graph, shard, opId, {
    op: "objAdd",
    otype: OBJECT.post,
    shard,
    data: NOBODY,
  });
  const id = parseId(text ?? "");
  if (id === null) throw new Error("an object was added without an id");
  return id;
}

/** @returns the id written; null when there was nothing to change. */
async function write(
  graph: ProbeGraph,
  shard: LogicalShard,
  opId: string,
  one: Write,
): Promise<string | null> {
  const written = await graph.write({ shard, opId, writes: [one] });
  if (written.ok) return written.id;
  if (one.op === "assocDelete") return null;
  throw new Error(`${one.op} failed: ${written.why}`);
}
