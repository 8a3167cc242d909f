import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it, vi } from "vitest";

import { followEdge, postWrites } from "../../core/feed/writes.ts";
import type { Id } from "../../core/ids.ts";
import { fanoutName } from "../../core/tao/names.ts";
import { newUsers, settle, shardIndex, write } from "./graph-driver.ts";

const fanoutOf = (shard: number) => env.FANOUT.getByName(fanoutName(shard));

async function post(author: Id, createdAtMs = Date.now()): Promise<Id> {
  const fields = { author, text: "hello", audience: "public", media: [], createdAtMs } as const;
  const written = await write(shardIndex(author), postWrites(fields));
  if (!written.ok) throw new Error(written.error.code);
  const [added] = written.value.results;
  return added?.id ?? (0n as Id);
}

/** The post's chunks as they are on their way. */
const chunksOf = (shard: number) =>
  runInDurableObject(fanoutOf(shard), (_, state) =>
    state.storage.sql
      .exec("SELECT number, place, work, tries FROM chunks WHERE kind = 'push' ORDER BY number")
      .toArray(),
  );

it("keeps what a leader's log says until its work is acknowledged, over evictions", async ({
  expect,
}) => {
  const users = await newUsers(2);
  const [author, reader, stranger] = users.map(({ id }) => id);
  if (author === undefined || reader === undefined || stranger === undefined)
    throw new Error("three users are needed");
  for (const id of [reader, stranger])
    await write(shardIndex(id), [followEdge(id, author, Date.now())]);
  await settle();

  const shard = shardIndex(author);
  const fanout = fanoutOf(shard);
  const id = await post(author);
  await vi.waitFor(async () => expect(await chunksOf(shard)).toHaveLength(1));
  const [chunk] = await chunksOf(shard);
  expect(chunk).toMatchObject({ place: "outstanding", tries: 1 });
  for (const viewer of [author, reader, stranger]) expect(chunk?.["work"]).toContain(`"${viewer}"`);
  expect(await fanout.record(id)).toMatchObject({
    strategy: "push",
    followers: 2,
    chunks: 1,
    chunksDone: 0,
    doneMs: null,
  });

  await evictDurableObject(fanout);
  expect(await fanout.state()).toMatchObject({ shard, dead: 0 });
  expect(await chunksOf(shard)).toHaveLength(1);

  const outcome = { chunk: Number(chunk?.["number"]), error: null, named: 3, active: 1, calls: 2 };
  await fanout.settle([outcome]);
  await fanout.settle([outcome]);
  expect(await fanout.record(id)).toMatchObject({ chunksDone: 1, named: 3, active: 1, calls: 2 });
  expect(await chunksOf(shard)).toEqual([]);

  await evictDurableObject(fanout);
  expect((await fanout.record(id))?.doneMs).not.toBeNull();
});

it("sends what nobody answers for again, from the alarm", async ({ expect }) => {
  const [user] = await newUsers(1);
  const author = user?.id ?? (0n as Id);
  const shard = shardIndex(author);
  await post(author);
  await vi.waitFor(async () => expect(await chunksOf(shard)).toHaveLength(1));
  await runInDurableObject(fanoutOf(shard), (_, state) => {
    state.storage.sql.exec("UPDATE chunks SET due_ms = 1");
  });
  // What it knows of its rows it reads when it wakes.
  await evictDurableObject(fanoutOf(shard));
  expect(await runDurableObjectAlarm(fanoutOf(shard))).toBe(true);
  expect(await chunksOf(shard)).toMatchObject([{ place: "outstanding", tries: 2 }]);
  expect((await fanoutOf(shard).state()).resent).toBeGreaterThan(0);
});

it("leaves an import alone", async ({ expect }) => {
  const [user] = await newUsers(1);
  const author = user?.id ?? (0n as Id);
  const shard = shardIndex(author);
  const old = await post(author, Date.now() - 2 * 3_600_000);
  const fresh = await post(author);
  await vi.waitFor(async () => expect(await fanoutOf(shard).record(fresh)).not.toBeNull());
  expect(await fanoutOf(shard).record(old)).toBeNull();
});
