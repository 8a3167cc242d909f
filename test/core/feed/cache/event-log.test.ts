import { beforeEach, describe, it } from "vitest";

import { Bucket } from "../../../../core/feed/cache/bucket.ts";
import { EventLog } from "../../../../core/feed/cache/event-log.ts";
import { encodeEvents } from "../../../../core/feed/cache/event-wire.ts";
import { encodeRecord } from "../../../../core/feed/cache/record.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { id, type PostSpec, pushedOf, recordOf, standingFor } from "../../../fakes/feed-cells.ts";
import { FIRST_PAGE } from "../../../fakes/first-page.ts";
import { MemoryRows } from "../../../fakes/memory-feed-cache.ts";

const START_MS = 1_780_000_000_000;
let nowMs: number;
let rows: MemoryRows;
let log: EventLog;
beforeEach(() => {
  nowMs = START_MS;
  rows = new MemoryRows();
  log = new EventLog(rows, nowMs);
});
const add = (events: string, hasEntries = false) => log.add({ atMs: nowMs, events }, hasEntries);
const stored = () => rows.batches.map(({ events }) => events);
/** Memory is lost. */
function wake() {
  log = new EventLog(rows, nowMs);
  const { events, sinceMs } = log.remembered(nowMs);
  return { events: events.map((one) => one.events), sinceMs };
}
const WHOLE_MS = () => nowMs - LIMITS.feedEventsKeptMs;

describe("events of a bucket that nobody reads", () => {
  it("cost a row once in a while", ({ expect }) => {
    let saved = 0;
    const { saveMissingUpTo } = rows;
    rows.saveMissingUpTo = (ms) => {
      saved++;
      saveMissingUpTo(ms);
    };
    for (let n = 0; n < 60; n++) {
      add(`${n}`);
      nowMs += 1_000;
    }
    expect(stored()).toEqual([]);
    expect(saved).toBe(2);
  });

  it("may all be missing when memory is lost, up to then and no further", ({ expect }) => {
    add("a");
    nowMs += 1_000;
    expect(wake()).toEqual({ events: [], sinceMs: nowMs + 1 });
    const lostMs = nowMs;
    nowMs += LIMITS.feedUnstoredMs + LIMITS.feedClockSkewMs + 1;
    expect(wake().sinceMs).toBe(START_MS + LIMITS.feedUnstoredMs + LIMITS.feedClockSkewMs + 1);
    expect(wake().sinceMs).toBeGreaterThan(lostMs);
    nowMs += LIMITS.feedEventsKeptMs;
    expect(wake().sinceMs).toBe(WHOLE_MS());
  });

  it("stay missing in the life after next, whatever that stored", ({ expect }) => {
    add("a");
    nowMs += 1_000;
    const { sinceMs } = wake();
    add("b");
    log.store();
    nowMs += 1_000;
    const again = wake();
    expect(again.events).toEqual(["b"]);
    expect(again.sinceMs).toBeGreaterThanOrEqual(sinceMs);
  });

  it("are stored when nothing has come for a while, before memory is lost", ({ expect }) => {
    expect(log.restInMs(nowMs)).toBeNull();
    add("a");
    nowMs += LIMITS.feedRestMs - 1;
    add("b");
    nowMs += 1;
    log.rest(nowMs);
    expect([stored(), log.restInMs(nowMs)]).toEqual([[], LIMITS.feedRestMs - 1]);
    nowMs += LIMITS.feedRestMs - 1;
    log.rest(nowMs);
    expect([stored(), log.restInMs(nowMs)]).toEqual([["a", "b"], null]);
    expect(wake()).toEqual({ events: ["a", "b"], sinceMs: WHOLE_MS() });
  });

  it("are stored when they are many, and forgotten when they are old", ({ expect }) => {
    add("a");
    log.trim(nowMs);
    add("b".repeat(LIMITS.feedUnstoredCharsMax));
    expect(stored()).toEqual([]);
    add("c");
    expect(stored().map(([first]) => first)).toEqual(["b", "c"]);
    expect(rows.missing).toBeNull();
  });
});

describe("events of a bucket that somebody reads", () => {
  it("are stored one by one, and what came before them", ({ expect }) => {
    add("a");
    log.read(nowMs);
    expect([stored(), rows.missing]).toEqual([["a"], null]);
    nowMs += LIMITS.feedCacheTtlMs - 1;
    add("b");
    expect(stored()).toEqual(["a", "b"]);
    nowMs += 1;
    add("c");
    expect(stored()).toEqual(["a", "b"]);
    add("d", true);
    expect(stored()).toEqual(["a", "b", "c", "d"]);
  });

  it("are never missing to an entry, however often memory is lost", ({ expect }) => {
    const me = id(1);
    const standing = standingFor(me, { follows: new Set([id(11)]) });
    const post = (n: number): PostSpec => ({ id: id(n), author: id(11), timeMs: START_MS + n });
    const record = recordOf({ viewer: me, builtMs: nowMs, standing }, [[post(20), null]]);
    expect(new Bucket(rows, nowMs).put(encodeRecord(record), nowMs)).toBe(true);
    for (const n of [21, 22]) {
      nowMs += 1_000;
      const pushed = pushedOf(post(n));
      new Bucket(rows, nowMs).apply(encodeEvents([{ kind: "push", pushed, viewers: [me] }]), nowMs);
    }
    const wish = { ...FIRST_PAGE, limit: 9 };
    const page = new Bucket(rows, nowMs).page(me, wish, nowMs);
    const shown = page.hit ? (JSON.parse(page.items) as { readonly id: string }[]) : [];
    expect(shown.map((item) => item.id)).toEqual([22, 21, 20].map((n) => `${id(n)}`));
  });
});
