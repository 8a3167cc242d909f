import { it } from "vitest";

import { Bucket } from "../../../../core/feed/cache/bucket.ts";
import { encodeEvents } from "../../../../core/feed/cache/event-wire.ts";
import type { BucketEvent } from "../../../../core/feed/cache/port.ts";
import { encodeRecord } from "../../../../core/feed/cache/record.ts";
import { changesOf, rowsOf } from "../../../../core/feed/cache/redis-wire.ts";
import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import type { Version } from "../../../../core/tao/version.ts";
import { nextAt } from "../../../fakes/fanout-events.ts";
import { recordOf, standingFor } from "../../../fakes/feed-cells.ts";
import { MemoryRows } from "../../../fakes/memory-feed-cache.ts";
import { AUTHOR, id, newWorld } from "./author-world.ts";
import { FIRST_PAGE } from "../../../fakes/first-page.ts";

const VIEWER = id(700);
const NOW_MS = 1_800_000_000_000;
const WHATS = ["follows", "friends", "blocks", "blockedBy", "mutes", "settings"] as const;

/** The last of a few changes of the viewer, and what the viewer's bucket is told of them. */
async function toldOf(what: (typeof WHATS)[number]): Promise<{ at: Version; told: BucketEvent[] }> {
  const { world, accept } = newWorld();
  const change = (): GraphEvent => {
    const base = { at: nextAt(), fromMs: 1, viewer: VIEWER } as const;
    return what === "settings"
      ? { ...base, kind: what }
      : { ...base, kind: "related", other: AUTHOR, relation: what, on: true };
  };
  const [first, last] = [change(), change()];
  await accept([first, last]);
  await world.quiesce();
  const told = world.told.flatMap(({ region, event }) => (region === "here" ? [event] : []));
  return { at: last.at, told };
}

const before = ({ epoch, seq }: Version): Version => ({ epoch, seq: seq - 1 });
const entry = (since: Version): string =>
  encodeRecord(
    recordOf({ viewer: VIEWER, builtMs: NOW_MS, standing: standingFor(VIEWER), since }, []),
  );

for (const what of WHATS) {
  it(`a change (${what}) voids entries up to its place in the log, and none that reflects it`, async ({
    expect,
  }) => {
    const { at, told } = await toldOf(what);
    const bucket = new Bucket(new MemoryRows(), NOW_MS);
    bucket.apply(encodeEvents(told), NOW_MS);
    expect(bucket.page(VIEWER, FIRST_PAGE, NOW_MS)).toMatchObject({ hit: false, needs: at });
    expect(bucket.put(entry(before(at)), NOW_MS)).toBe(false);
    expect(bucket.put(entry(at), NOW_MS)).toBe(true);
    expect(bucket.page(VIEWER, FIRST_PAGE, NOW_MS)).toMatchObject({ hit: true });
    bucket.apply(encodeEvents(told), NOW_MS);
    expect(bucket.page(VIEWER, FIRST_PAGE, NOW_MS)).toMatchObject({ hit: true });
  });

  it(`a change (${what}) does so in Redis`, async ({ expect }) => {
    const { at, told } = await toldOf(what);
    const lines = changesOf(told, NOW_MS).map(([, , , , , line]) => `${line}`);
    const pageOf = (since: Version) => {
      const rows = rowsOf(VIEWER, { is: "found", builtMs: NOW_MS, record: entry(since), lines });
      return new Bucket(rows, NOW_MS).page(VIEWER, FIRST_PAGE, NOW_MS);
    };
    expect(pageOf(before(at))).toMatchObject({ hit: false, needs: at });
    expect(pageOf(at)).toMatchObject({ hit: true });
  });
}
