import { it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { leaderOf, newUsers, readFollower, userData, write } from "./graph-driver.ts";
import { shardOf } from "../../core/ids.ts";

/** Three bytes a character, and as long as a post may be. */
const longPost = (authorId: bigint): string => {
  const fields = { authorId: authorId.toString(), text: "語".repeat(5_000), audience: "public" };
  return JSON.stringify({ ...fields, media: [], createdAtMs: 1 });
};

it("refuses a batch that no log row can hold, and commits what came with it", async ({
  expect,
}) => {
  const [user] = await newUsers(1);
  if (user === undefined) throw new Error("no user");
  const shard = shardOf(user.id);
  const add: Write = { op: "objAdd", otype: OBJECT.post, shard, data: longPost(user.id) };
  const batch = (count: number) => Array.from({ length: count }, () => add);
  const [large, small, largest] = await Promise.all([
    write(0, batch(140), "too large"),
    write(0, [{ ...add, otype: OBJECT.user, data: userData("small") }], "small"),
    write(0, batch(120), "almost too large"),
  ]);
  expect(large).toMatchObject({ ok: false, error: { code: "too_large" } });
  expect(small).toMatchObject({ ok: true });
  expect(largest).toMatchObject({ ok: true });
});

it("brings a follower up to date across more log than one answer holds", async ({ expect }) => {
  const [user] = await newUsers(1);
  if (user === undefined) throw new Error("no user");
  const add: Write = {
    op: "objAdd",
    otype: OBJECT.post,
    shard: shardOf(user.id),
    data: longPost(user.id),
  };
  const { at } = await readFollower(0, [{ op: "objGet", id: user.id }]);
  for (let i = 0; i < 30; i++)
    await write(
      0,
      Array.from({ length: 120 }, () => add),
    );
  const tail = await leaderOf(0).pull("follower:0:eu-west:0", at);
  if (!tail.ok || tail.value === null) throw new Error("no tail");
  const chars = JSON.stringify(tail.value.records, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  ).length;
  expect(chars).toBeLessThan(LIMITS.logCharsMax * 1.1);
  expect((await readFollower(0, [{ op: "objGet", id: user.id }])).results).toMatchObject([
    { object: { id: user.id } },
  ]);
});

it("refuses what its store would not give back as it was, and commits what came with it", async ({
  expect,
}) => {
  const [a, b] = await newUsers(2);
  if (a === undefined || b === undefined) throw new Error("no users");
  const mute = (timeMs: number): Write => ({
    op: "assocAdd",
    id1: a.id,
    atype: ASSOC.mutes,
    id2: b.id,
    timeMs,
    data: "",
  });
  // Twice each: the second must not find another key than the first one stored.
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all([
      write(0, [mute(1)], "nul\0inside"),
      write(0, [mute(1)], "half a character \ud800"),
      write(0, [mute(Number.NaN)], "no time"),
      write(0, [mute(-1)], "before time"),
      write(0, [mute(0.5)], "between times"),
      write(0, [mute(2 + round)], `good ${round}`),
    ]);
    expect(answers.map((answer) => (answer.ok ? "ok" : answer.error.code))).toEqual([
      ...Array.from({ length: 5 }, () => "invalid_request"),
      "ok",
    ]);
  }
});
