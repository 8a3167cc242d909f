import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import {
  announce,
  ask,
  AUTHOR,
  big,
  built,
  FRIEND,
  OTHER,
  post,
  posts,
  push,
  put,
  revoke,
  VIEWER,
} from "./acts.ts";
import { REGION, type TestCache, tell } from "./drivers.ts";

/** What readers may rely on, whatever keeps the feeds. */
export function entriesContract(name: string, start: () => Promise<TestCache>): void {
  describe(`${name}: entries`, () => {
    it("answer as soon as they are put, to their viewer alone", async ({ expect }) => {
      const made = await start();
      const miss = await ask(made);
      expect(miss).toMatchObject({
        hit: false,
        why: "cold",
        watermarkMs: made.clock.nowMs(),
        needs: null,
      });
      const text = { ...post(10, made.clock.nowMs() - 5) };
      expect(await put(made, made.clock.nowMs(), [text])).toBe(true);
      made.clock.advance(1_000);
      const page = await ask(made);
      expect(page).toMatchObject({
        hit: true,
        ageMs: 1_000,
        next: { mode: "latest", at: null },
        ticket: "a ticket",
      });
      expect(page).toMatchObject({ head: { timeMs: text.timeMs, id2: big(10) } });
      expect(await posts(made)).toEqual([10]);
      expect(await posts(made, OTHER)).toBe("cold");
    });

    it("live five minutes from when they were built", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      made.clock.advance(builtMs + LIMITS.feedCacheTtlMs - 1 - made.clock.nowMs());
      expect(await posts(made)).toEqual([10]);
      made.clock.advance(1);
      expect(await posts(made)).toMatch(/^(?:cold|expired)$/);
    });

    it("live three times as long for whoever takes older ones, with all that came since", async ({
      expect,
    }) => {
      const made = await start();
      const builtMs = await built(made, 10, 11);
      const older = { ttlFactor: 3 };
      // Told at each age that events may have, so that some are older than an entry usually is.
      made.clock.advance(30_000);
      await tell(made, [revoke(10)]);
      made.clock.advance(builtMs + 3 * LIMITS.feedCacheTtlMs - 60_000 - made.clock.nowMs());
      const page = await ask(made, older);
      expect(page).toMatchObject({ hit: true, feedMode: "latest" });
      expect(page.hit && (JSON.parse(page.items) as unknown[]).length).toBe(1);
      made.clock.advance(60_000);
      expect(await ask(made, older)).toMatchObject({ hit: false });
      made.clock.advance(-120_000);
      await ask(made, { ttlFactor: 1 });
      expect(await posts(made)).toMatch(/^(?:cold|expired)$/);
    });

    it("are not kept when they took too long, or a newer one is there", async ({ expect }) => {
      const made = await start();
      made.clock.advance(10);
      const nowMs = made.clock.nowMs();
      expect(await put(made, nowMs - LIMITS.feedBuildMsMax - 1, [])).toBe(false);
      expect(await put(made, nowMs + 1, [])).toBe(false);
      expect(await put(made, nowMs, [post(10, nowMs - 1)])).toBe(true);
      expect(await put(made, nowMs - 1, [])).toBe(false);
      expect(await posts(made)).toEqual([10]);
    });

    it("answer a client whose writes they reflect, and pages as far as they reach", async ({
      expect,
    }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      const wrote = new Map([[3, { epoch: 1, seq: 7 }]]);
      const specs = [post(11, nowMs - 1), post(10, nowMs - 2)];
      const floor = { timeMs: nowMs - 2, id2: big(10) };
      await put(made, nowMs, specs, { wrote, floor });
      const at = (seq: number) => ask(made, { limit: 1, wrote: [[3, { epoch: 1, seq }]] });
      expect(await at(7)).toMatchObject({ hit: true });
      expect(await at(8)).toMatchObject({ hit: false, why: "void" });
      const first = await ask(made, { limit: 1 });
      const after = first.hit && first.next.mode === "latest" ? first.next.at : null;
      expect(after).toEqual({ timeMs: nowMs - 1, id2: big(11) });
      expect(await ask(made, { limit: 1, after })).toMatchObject({ hit: true });
      expect(await ask(made, { limit: 2, after })).toMatchObject({ hit: false, why: "below" });
    });

    it("count what is new since a place", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      const since = { timeMs: builtMs - 1_000 + 10, id2: big(10) };
      await tell(made, [push(post(11, builtMs)), announce(post(12, builtMs, { author: FRIEND }))]);
      const found = await made.cache.newSince(REGION, VIEWER, since, []);
      const ids = [FRIEND, AUTHOR].map((user) => expect.objectContaining({ id: String(user) }));
      expect(found).toEqual({ ok: true, value: { hit: true, count: 2, authors: ids } });
    });
  });
}
