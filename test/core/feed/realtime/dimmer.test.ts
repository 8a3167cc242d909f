import { describe, it } from "vitest";

import { effectsOf } from "../../../../core/degradation/effects.ts";
import { Dimmer } from "../../../../core/feed/realtime/dimmer.ts";
import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";

const [VIEWER, OTHER, POST] = [1n as Id, 2n as Id, 3n as Id];
const notified = (viewer: Id): SocketEvent => ({ kind: "notified", viewer });
const ALL: readonly SocketEvent[] = [
  { kind: "new-post", viewers: [VIEWER], author: OTHER, post: POST, timeMs: 1 },
  { kind: "announced", author: OTHER, post: POST },
  { kind: "counts", post: POST, of: "reactions", count: 1 },
  { kind: "revoke", post: POST },
  { kind: "related", viewer: VIEWER, other: OTHER, hide: true },
];
const kinds = (events: readonly SocketEvent[]) => events.map(({ kind }) => kind);

describe("events", () => {
  it("all pass at levels 0 and 1; no counts at 2; at 3 only what hides something", ({ expect }) => {
    const passed = ([0, 1, 2, 3] as const).map((level) =>
      kinds(new Dimmer(effectsOf(level)).take(ALL, 0)),
    );
    expect(passed).toEqual([
      ["new-post", "announced", "counts", "revoke", "related"],
      ["new-post", "announced", "counts", "revoke", "related"],
      ["new-post", "announced", "revoke", "related"],
      ["revoke", "related"],
    ]);
  });
});

describe("news of notifications", () => {
  it("pass at once at level 0", ({ expect }) => {
    expect(new Dimmer(effectsOf(0)).take([notified(VIEWER)], 0)).toEqual([notified(VIEWER)]);
  });

  it("go out together at level 1, each viewer's once, every thirty seconds", ({ expect }) => {
    const dimmer = new Dimmer(effectsOf(1));
    expect(dimmer.take([notified(VIEWER)], 0)).toEqual([notified(VIEWER)]);
    const next = LIMITS.notificationBatchMs;
    expect(dimmer.take([notified(VIEWER), notified(OTHER)], 1)).toEqual([]);
    expect(dimmer.dueMs).toBe(next);
    expect(dimmer.take([notified(VIEWER)], next - 1)).toEqual([]);
    expect(dimmer.take([], next)).toEqual([notified(VIEWER), notified(OTHER)]);
    expect(dimmer.dueMs).toBeNull();
  });

  it("wait out level 3, and are told once it is over", ({ expect }) => {
    const dimmer = new Dimmer(effectsOf(3));
    expect(dimmer.take([notified(VIEWER)], 0)).toEqual([]);
    expect(dimmer.dueMs).toBeNull();
    dimmer.set(effectsOf(0));
    expect(dimmer.take([], 1)).toEqual([notified(VIEWER)]);
  });

  it("wait no longer when the clock steps back", ({ expect }) => {
    const dimmer = new Dimmer(effectsOf(1));
    dimmer.take([notified(VIEWER)], 100_000);
    expect(dimmer.take([notified(OTHER)], 50_000)).toEqual([notified(OTHER)]);
  });
});
