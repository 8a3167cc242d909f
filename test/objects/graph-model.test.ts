import fc from "fast-check";
import { it } from "vitest";

import type { Id } from "../../core/ids.ts";
import { assocKind } from "../../core/tao/registry.ts";
import type { Read, ReadResult, Write } from "../../core/tao/types.ts";
import {
  CommandRunner,
  type Expectation,
  anyStep,
  TYPES,
  USERS_PER_SHARD,
  type Versions,
} from "./graph-commands.ts";
import {
  evictAll,
  newUsers,
  readFollower,
  readLeader,
  settle,
  shardIndex,
  SHARDS,
  userData,
  write,
} from "./graph-driver.ts";
import { GraphModel, plain } from "./graph-model.ts";

const SEQUENCES = 1_000;
const LISTS = [...new Set(TYPES.flatMap((type) => [type, assocKind(type)?.inverse ?? type]))];
/** Shorter than most lists, so that pages are cut and continued. */
const PAGE = 2;

interface World {
  readonly users: readonly Id[];
  readonly model: GraphModel;
  readonly versions: Versions;
  last: {
    readonly shard: number;
    readonly writes: readonly Write[];
    readonly opId: string;
    readonly answer: unknown;
  } | null;
}

it(
  `answers like a plain model over ${SEQUENCES} sequences, across eviction`,
  { timeout: 400_000 },
  async ({ expect }) => {
    let sequence = 0;
    const compared = { lists: 0, writes: 0, replays: 0, evictions: 0 };

    const runStep = async (
      world: World,
      item: typeof anyStep extends fc.Arbitrary<infer T> ? T : never,
      opId: string,
    ) => {
      const { last } = world;
      if (item.step === "write") {
        const shards = Map.groupBy(toWrites(world, item.commands), ({ shard }) => shard);
        for (const [shard, batch] of shards) {
          const writes = batch.map((entry) => entry.write);
          const expected = expectBatch(world, writes);
          const answer = await write(shard, writes, `${opId}:${shard}`);
          compared.writes++;
          expect(
            answer.ok
              ? { ok: true, changed: answer.value.results.map((result) => result.changed) }
              : { ok: false, code: answer.error.code },
          ).toEqual(expected);
          if (!answer.ok) continue;
          const runner = new CommandRunner(world.model, world.versions, world.users);
          for (const [index, result] of answer.value.results.entries()) {
            const done = writes[index];
            if (done !== undefined) runner.note(done, result);
          }
          world.last = {
            shard,
            writes,
            opId: `${opId}:${shard}`,
            answer: { ...answer.value, replayed: true },
          };
        }
      } else if (item.step === "replay" && last !== null) {
        compared.replays++;
        expect(await write(last.shard, last.writes, last.opId)).toEqual({
          ok: true,
          value: last.answer,
        });
      } else if (item.step === "misuse" && last !== null) {
        const answer = await write(last.shard, [...last.writes, ...last.writes], last.opId);
        expect(answer).toMatchObject({ ok: false, error: { code: "idempotency_mismatch" } });
      } else if (item.step === "evict") {
        compared.evictions++;
        await evictAll();
      } else if (item.step === "compare") {
        compared.lists += await compare(world, "forward");
      }
    };

    const compare = async (world: World, which: "forward" | "all"): Promise<number> => {
      let lists = 0;
      for (let shard = 0; shard < SHARDS; shard++) {
        const users = world.users.filter((id) => shardIndex(id) === shard);
        // Friends are mirrored too: between shards their second half is only there once settled.
        const types =
          which === "all" ? LISTS : TYPES.filter((type) => assocKind(type)?.inverse !== type);
        const reads = users.flatMap((id) => [
          ...types.flatMap((atype) => readsOf(world, id, atype)),
          { op: "objGet", id } as const,
        ]);
        const wanted = reads.map((read) => answerOf(world, read));
        expect((await readLeader(shard, reads)).results.map(withoutVersions)).toEqual(wanted);
        expect((await readFollower(shard, reads)).results.map(withoutVersions)).toEqual(wanted);
        lists += users.length * types.length;
      }
      return lists;
    };

    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 20 }), async (steps) => {
        sequence++;
        const added = await newUsers(USERS_PER_SHARD);
        const users = added.map(({ id }) => id);
        const versions: Versions = new Map();
        for (const { id, version } of added) if (version !== null) versions.set(`${id}`, version);
        const model = new GraphModel();
        for (const [index, id] of users.entries())
          model.objects.set(id, userData(`user ${index % USERS_PER_SHARD}`));
        const world: World = { users, model, versions, last: null };
        for (const [index, item] of steps.entries())
          await runStep(world, item, `s${sequence}:${index}:${users[0]}`);
        await settle();
        compared.lists += await compare(world, "all");
      }),
      { numRuns: SEQUENCES },
    );
    console.info({ sequences: sequence, ...compared });
    expect(compared.replays).toBeGreaterThan(SEQUENCES / 2);
    expect(compared.evictions).toBeGreaterThan(SEQUENCES / 4);
  },
);

function toWrites(world: World, commands: readonly Parameters<CommandRunner["toWrite"]>[0][]) {
  const runner = new CommandRunner(world.model, world.versions, world.users);
  return commands.map((command) => ({
    write: runner.toWrite(command),
    shard: shardIndex(runner.ends(command)[0]),
  }));
}

/** All or nothing: a batch that fails leaves the model as it was. */
function expectBatch(world: World, writes: readonly Write[]): Expectation {
  const runner = new CommandRunner(world.model, world.versions, world.users);
  const restore = world.model.snapshot();
  const changed: boolean[] = [];
  for (const one of writes) {
    const outcome = runner.apply(one);
    if ("code" in outcome) {
      restore();
      return { ok: false, code: outcome.code };
    }
    changed.push(outcome.changed);
  }
  return { ok: true, changed };
}

function readsOf({ model, users }: World, id1: Id, atype: number): Read[] {
  const [first] = model.list(id1, atype);
  const after = first === undefined ? null : { timeMs: first.timeMs, id2: first.id2 };
  return [
    { op: "assocCount", id1, atype },
    { op: "assocRange", id1, atype, after: null, limit: PAGE },
    { op: "assocRange", id1, atype, after, limit: 10 },
    { op: "assocTimeRange", id1, atype, highMs: 6, lowMs: 2, limit: PAGE },
    { op: "assocGet", id1, atype, id2s: users, lowMs: 1 },
  ];
}

function answerOf({ model }: World, read: Read): unknown {
  if (read.op === "objGet") return { op: read.op, data: model.objects.get(read.id) ?? null };
  const list = model.list(read.id1, read.atype);
  const page = (assocs: typeof list, limit: number) => ({
    op: read.op,
    assocs: assocs.slice(0, limit),
    more: assocs.length > limit,
  });
  switch (read.op) {
    case "assocCount":
      return { op: read.op, count: list.length };
    case "assocRange": {
      const start =
        read.after === null ? 0 : list.findIndex((edge) => edge.id2 === read.after?.id2) + 1;
      return page(list.slice(start), read.limit);
    }
    case "assocTimeRange":
      return page(
        list.filter((edge) => edge.timeMs <= read.highMs && edge.timeMs >= read.lowMs),
        read.limit,
      );
    case "assocGet":
      return {
        op: read.op,
        assocs: read.id2s
          .flatMap((id2) => list.find((edge) => edge.id2 === id2) ?? [])
          .filter((edge) => edge.timeMs >= (read.lowMs ?? 0)),
      };
  }
}

function withoutVersions(result: ReadResult): unknown {
  if (result.op === "objGet") return { op: result.op, data: result.object?.data ?? null };
  return "assocs" in result ? { ...result, assocs: result.assocs.map(plain) } : result;
}
