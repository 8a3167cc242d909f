import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import * as fc from "fast-check";
import { describe, it } from "vitest";

import { idToKey } from "../../core/ids.ts";
import { encodeRecord } from "../../core/tao/log-wire.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { assemble, readsByShard } from "../../dev/histories/assemble.ts";
import { dumpEmbedded } from "../../dev/histories/embedded-dump.ts";
import { FALSIFICATIONS, falsifyAll } from "../../dev/histories/falsify.ts";
import { type Fault, planFaults } from "../../dev/histories/faults.ts";
import { lagOf } from "../../dev/histories/lag.ts";
import { decode, encode } from "../../dev/histories/wire.ts";
import { check } from "../../sim/check.ts";
import { SeededRandom } from "../../sim/random.ts";
import {
  ANN,
  at,
  BEN,
  dump,
  edgeRecord,
  events,
  finals,
  map,
  saw,
  wrote,
} from "./small-history.ts";

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
