import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import * as fc from "fast-check";
import { describe, it } from "vitest";

import { type Id, idRange, idToKey, logicalShard } from "../../core/ids.ts";
import { encodeRecord } from "../../core/tao/log-wire.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { evenShardMap } from "../../core/tao/shard-map.ts";
import { assemble, readsByShard } from "../../dev/histories/assemble.ts";
import { Clients, COUNTED, type Counts } from "../../dev/histories/clients.ts";
import { dumpEmbedded } from "../../dev/histories/embedded-dump.ts";
import { FALSIFICATIONS, falsifyAll } from "../../dev/histories/falsify.ts";
import { type Fault, planFaults } from "../../dev/histories/faults.ts";
import { lagOf } from "../../dev/histories/lag.ts";
import type { Product } from "../../dev/histories/product.ts";
import type { ShardDump } from "../../dev/histories/shard-dump.ts";
import { decode, type DriveLine, type DriveRequest, encode } from "../../dev/histories/wire.ts";
import { check } from "../../sim/check.ts";
import type { ClientEvent, FinalView, ReadEvent, WriteEvent } from "../../sim/history.ts";
import { positionOf } from "../../sim/position.ts";
import { SeededRandom } from "../../sim/random.ts";

const map = evenShardMap(2, new Map([["us-east", 1]]));
const ANN = ((idRange(logicalShard(0)).from as bigint) + 9n) as Id;
const BEN = (ANN + 1n) as Id;
const at = (seq: number, epoch = 1) => ({ epoch, seq });

const objectRecord = (seq: number, data: string, prev: number | null): LogRecord => ({
  epoch: 1,
  opId: `op${seq}`,
  timeMs: seq * 1_000,
  entries: [
    {
      seq,
      prev: prev === null ? null : at(prev),
      mutation: { kind: "object", id: ANN, otype: 1, data },
    },
  ],
});
const edgeRecord: LogRecord = {
  epoch: 1,
  opId: null,
  timeMs: 3_000,
  entries: [
    {
      seq: 3,
      prev: null,
      mutation: {
        kind: "assoc",
        id1: ANN,
        atype: ASSOC.mutes,
        id2: BEN,
        timeMs: 5,
        data: "",
        count: 1,
      },
    },
  ],
};

/** ANN is written twice, then mutes BEN; the tables say the same. */
const dump: ShardDump = {
  shard: 0,
  log: [objectRecord(1, '"a"', null), objectRecord(2, '"b"', 1), edgeRecord],
  objects: [{ id: ANN, otype: 1, data: '"b"', version: at(2) }],
  assocs: [{ id1: ANN, atype: ASSOC.mutes, id2: BEN, timeMs: 5, data: "", version: at(3) }],
  lists: [{ id1: ANN, atype: ASSOC.mutes, count: 1, version: at(3) }],
};

const wrote = (seq: number): WriteEvent => ({
  kind: "write",
  client: "ann",
  shard: 0,
  invokeMs: seq * 1_000,
  doneMs: seq * 1_000 + 5,
  opId: `op${seq}`,
  writes: [{ op: "objUpdate", id: ANN, patch: "{}" }],
  refused: false,
  response: {
    results: [{ id: ANN, version: at(seq), changed: true }],
    at: at(seq),
    replayed: false,
    timeMs: seq * 1_000,
  },
});
const saw = (atMs: number, data: string, seq: number): ReadEvent => ({
  kind: "read",
  client: "ben",
  invokeMs: atMs,
  doneMs: atMs + 1,
  consistency: "eventual",
  staleMs: null,
  allowStale: false,
  seen: [
    {
      shard: 0,
      observation: { of: "object", id: ANN, value: { data, version: positionOf(at(seq)) } },
    },
  ],
});
const finals: readonly FinalView[] = [{ follower: "0:us-east:0", seen: saw(0, '"b"', 2).seen }];
const events: readonly ClientEvent[] = [wrote(1), wrote(2), saw(2_500, '"b"', 2)];

describe("a history", () => {
  it("that is true passes; each lie in it is found", ({ expect }) => {
    const history = assemble([dump], events, finals, 61_000);
    expect(check(history)).toEqual([]);
    for (let seed = 1; seed < 20; seed++) expect(falsifyAll(history, seed)).toEqual([]);
    expect(Object.keys(FALSIFICATIONS).length).toBeGreaterThanOrEqual(8);
  });

  it("without anything to alter says so: nothing was proved", ({ expect }) => {
    const history = assemble([dump], [wrote(1), wrote(2)], finals, 61_000);
    expect(falsifyAll(history, 1)).toContain("a reader with a ticket went back in time");
  });

  it("orders what several streams brought, and sees where an epoch began", ({ expect }) => {
    const later = { ...edgeRecord, epoch: 2 };
    const log = [...dump.log.slice(0, 2), later];
    const { shards, events: ordered } = assemble(
      [{ ...dump, log }],
      events.toReversed(),
      finals,
      1,
    );
    expect(ordered.map(({ doneMs }) => doneMs)).toEqual([1_005, 2_005, 2_501]);
    expect(shards.flatMap((event) => (event.kind === "epoch" ? [event] : []))).toMatchObject([
      { epoch: 2, after: at(2) },
    ]);
  });

  it("names each key that a log changed, once", ({ expect }) => {
    const reads = readsByShard([dump], map).get(0) ?? [];
    expect(reads.map(({ op }) => op)).toEqual(["objGet", "assocCount", "assocRange", "assocGet"]);
  });

  it("tells how old the answers were", ({ expect }) => {
    const old = [
      wrote(1),
      wrote(2),
      saw(2_300, '"a"', 1),
      saw(4_500, '"a"', 1),
      saw(5_000, '"b"', 2),
    ];
    const marked = { ...saw(9_000, '"a"', 1), staleMs: 7_000 };
    const history = assemble([dump], [...old, marked], finals, 61_000);
    expect(lagOf(history)).toEqual({
      answers: 3,
      over100Ms: 2,
      over1S: 1,
      over2S: 1,
      maxMs: 2_500,
    });
  });
});

describe("what travels between the runtime and the judge", () => {
  it("keeps ids and everything else", ({ expect }) => {
    const id = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        id,
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constantFrom(null, Infinity),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (sent) => {
        expect(decode(encode(sent))).toEqual(sent);
      }),
    );
  });
});

/** A product whose driver says these lines, then hangs up in the middle of another. */
function productSaying(...calls: (readonly DriveLine[])[]) {
  const asked: DriveRequest[] = [];
  const stream = async (_target: string, body: unknown): Promise<Response> => {
    asked.push(body as DriveRequest);
    const lines = calls.shift() ?? [];
    const isWhole = lines.at(-1)?.kind === "end";
    const text = lines.map((line) => `${encode(line)}\n`).join("");
    return new Response(isWhole ? text : `${text}{"kind":"ev`);
  };
  return { asked, product: { stream } as unknown as Product };
}

function clientsOf() {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
  const heard: ClientEvent[] = [];
  const population = { users: [ANN], posts: [BEN] };
  const clients = new Clients("a", 2, population, counts, (event) => heard.push(event));
  return { clients, counts, heard };
}

describe("clients", () => {
  const pending = { opId: "a0-a1-1", writes: [{ op: "objDelete", id: ANN }] } as const;
  const settings = { seed: 1, steps: 5, writeShare: 0.5 };
  const signal = new AbortController().signal;
  const answer = (event: ClientEvent): DriveLine => ({
    kind: "event",
    event,
    ticket: "t1",
    post: null,
    operations: 1,
    retried: false,
  });

  it("take ticket and open writes into their next life when the stream breaks", async ({
    expect,
  }) => {
    const { clients, counts, heard } = clientsOf();
    const read = { ...saw(1, '"a"', 1), client: "a0" };
    const { product, asked } = productSaying(
      [{ kind: "sent", client: "a0", pending }, answer(read)],
      [answer({ ...wrote(3), client: "a0", opId: pending.opId }), { kind: "end" }],
      [{ kind: "end" }],
    );
    expect(await clients.drive(product, settings, signal)).toBe(false);
    expect(await clients.drive(product, settings, signal)).toBe(true);
    await clients.drive(product, settings, signal);
    expect(asked.map(({ clients: [first] }) => first)).toEqual([
      { name: "a0", ticket: null, pending: [] },
      { name: "a0", ticket: "t1", pending: [pending] },
      { name: "a0", ticket: "t1", pending: [] },
    ]);
    expect(new Set(asked.map(({ call }) => call)).size).toBe(3);
    expect(heard.map(({ kind }) => kind)).toEqual(["read", "write"]);
    expect(counts).toMatchObject({ operations: 2, reads: 1, acknowledged: 1, streamsEnded: 1 });
  });

  it("keep asking for a write of unknown outcome, and leave a refused one", async ({ expect }) => {
    const { clients, counts } = clientsOf();
    const open = { ...wrote(3), client: "a0", opId: pending.opId, response: null };
    const { product, asked } = productSaying(
      [{ kind: "sent", client: "a0", pending }, answer(open), { kind: "end" }],
      [answer({ ...open, refused: true }), { kind: "end" }],
      [],
    );
    for (let n = 0; n < 3; n++) await clients.drive(product, settings, signal);
    expect(asked.map(({ clients: [first] }) => first?.pending.length)).toEqual([0, 1, 0]);
    expect(counts).toMatchObject({ unknown: 1, refusedWrites: 1 });
  });
});

describe("faults", () => {
  it("come in order, within the segment, as many as are wanted", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (seed, operations, kills, isHosted) => {
          const plan = planFaults(
            operations,
            { kills, isHosted, hasIdleSpell: true },
            new SeededRandom(seed),
          );
          const count = (wanted: Fault) => plan.filter(({ fault }) => fault === wanted).length;
          expect(count("runtime killed")).toBe(kills);
          expect(count("database killed")).toBe(isHosted ? kills : 0);
          expect(count("idle spell")).toBe(1);
          const places = plan.map(({ at: place }) => place);
          expect(places).toEqual(places.toSorted((a, b) => a - b));
          expect(places.every((place) => place >= 0 && place < operations)).toBe(true);
        },
      ),
    );
  });
});

describe("the embedded store's files", () => {
  it("are read as they are, with what is not checkpointed; empty leaders are left out", ({
    expect,
  }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "edgewise-dump-test-"));
    const leaders = path.join(folder, "storage/do/edgewise-objects-ShardLeader");
    mkdirSync(leaders, { recursive: true });
    const open = (name: string) => {
      const db = new DatabaseSync(path.join(leaders, name));
      db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
      for (const file of readdirSync("db/sqlite-migrations").filter((one) => one.endsWith(".sql")))
        db.exec(readFileSync(path.join("db/sqlite-migrations", file), "utf8"));
      return db;
    };
    const [leader, idle] = [open("ab12.sqlite"), open("cd34.sqlite")];
    try {
      for (const [index, record] of dump.log.entries())
        leader
          .prepare(
            "INSERT INTO log (last_seq, first_seq, epoch, time_ms, record) VALUES (?,?,1,?,?)",
          )
          .run(index + 1, index + 1, record.timeMs, encodeRecord(record));
      const key = idToKey(ANN);
      leader.prepare("INSERT INTO objects VALUES (?, 1, '\"b\"', 1, 2)").run(key);
      leader
        .prepare(
          "INSERT INTO assocs (id1, atype, id2, time_ms, data, epoch, seq) VALUES (?,?,?,5,'',1,3)",
        )
        .run(key, ASSOC.mutes, idToKey(BEN));
      leader
        .prepare("INSERT INTO lists (id1, atype, count, epoch, seq) VALUES (?,?,1,1,3)")
        .run(key, ASSOC.mutes);
      expect(dumpEmbedded(folder, map)).toEqual([dump]);
    } finally {
      leader.close();
      idle.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
