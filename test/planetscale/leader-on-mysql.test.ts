import { afterAll, beforeAll, it } from "vitest";

import { ok } from "../../core/result.ts";
import { evenShardMap } from "../../core/tao/shard-map.ts";
import { Leader } from "../../core/tao/leader.ts";
import { LIMITS } from "../../core/limits.ts";
import { OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { HERE, START_MS, userData } from "../db/scribe.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";
import { migrate, type OpenedStore, openStore } from "./mysql-shard.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
  await migrate(database.emulator.url);
}, 120_000);

afterAll(() => database.stop());

const map = evenShardMap(1, new Map([["us-east", 1]]));
const add: Write = { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };

async function leaderOver({ store }: OpenedStore, reports: unknown[]): Promise<Leader> {
  return new Leader(0, map, {
    lease: { lease: async () => ok({ epoch: 1, fromMs: 0, untilMs: Infinity }) },
    openStore: async () => store,
    wakeLeader: async () => ok(null),
    clock: { nowMs: () => START_MS },
    pushTo: async () => null,
    sendInverses: async () => ({ ok: true, value: null }),
    arm: () => {},
    defer: () => {},
    report: (_, error) => reports.push(error),
  });
}

it("commits what arrives together in two round trips, and replays it under the next leader", async ({
  expect,
}) => {
  const reports: unknown[] = [];
  const opened = await openStore(database.emulator.url, 0);
  const leader = await leaderOver(opened, reports);
  opened.wire.queries.length = 0;
  const requests = Array.from({ length: 100 }, (_, n) => ({ opId: `op ${n}`, writes: [add] }));
  const first = await Promise.all(requests.map((request) => leader.write(request)));
  expect(first.filter((answer) => answer.ok).length).toBe(100);
  const commits = opened.wire.queries.filter((query) =>
    query.startsWith("insert into `log`"),
  ).length;
  // One that was alone, one that is full, and the rest.
  expect(commits).toBeLessThanOrEqual(3);
  // Beside the commits: the delivery looks once for followers and intents it may have left.
  expect(opened.wire.queries.length).toBeLessThanOrEqual(commits * 2 + 2);

  const next = await leaderOver(await openStore(database.emulator.url, 0), reports);
  const again = await Promise.all(requests.map((request) => next.write(request)));
  const ids = (answers: typeof first) =>
    answers.map((answer) => (answer.ok ? answer.value.results[0]?.id : answer.error));
  expect(ids(again)).toEqual(ids(first));
  expect(again.every((answer) => answer.ok && answer.value.replayed)).toBe(true);
  expect(reports).toEqual([]);

  const deposed = await leader.write({ opId: "late", writes: [add] });
  expect(deposed).toMatchObject({ ok: false, error: { code: "unavailable", dependency: "store" } });
});

it("never makes a group too large for one statement", async ({ expect }) => {
  const reports: unknown[] = [];
  const opened = await openStore(database.emulator.url, 0);
  const leader = await leaderOver(opened, reports);
  const text = "語".repeat(5_000);
  const post = JSON.stringify({
    authorId: "1",
    text,
    audience: "public",
    media: [],
    createdAtMs: 1,
  });
  // About as much as one request may log; a dozen of them are more than a message holds.
  const writes = Array.from({ length: 120 }, (): Write => ({
    op: "objAdd",
    otype: OBJECT.post,
    shard: HERE,
    data: post,
  }));
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => leader.write({ opId: `large ${n}`, writes })),
  );
  expect(answers.filter((answer) => !answer.ok)).toEqual([]);
  expect(reports).toEqual([]);
  const records = await opened.store.logAfter({ epoch: 1, seq: 0 }, LIMITS.logRecordsMax);
  const chars = (records ?? []).flatMap(({ entries }) => entries).length * text.length;
  expect(chars).toBeLessThan(LIMITS.logCharsMax);
});
