import { beforeEach, describe, it } from "vitest";

import { CLOSE } from "../../../../core/feed/realtime/close-codes.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { RealtimeWorld, TestLine } from "../../../fakes/realtime-world.ts";

const [ADA, BOB] = [1n as Id, 2n as Id];

let world: RealtimeWorld;
beforeEach(() => {
  world = new RealtimeWorld();
});

async function tellAda(): Promise<void> {
  const told = world.board.tell([{ kind: "notified", viewer: ADA }]);
  await new Promise<void>((resolve) => setImmediate(resolve));
  world.pass(LIMITS.socketTickMs);
  await told;
}

describe("connections", () => {
  it("are bounded for a viewer, unless one of theirs is dead", ({ expect }) => {
    const lines = Array.from({ length: LIMITS.socketsPerViewerMax }, () => world.join(ADA));
    const more = new TestLine(ADA);
    expect(world.board.open(more)).toMatchObject({ code: CLOSE.tooMany });
    expect(world.board.open(new TestLine(BOB))).toBeNull();
    world.clock.advance(LIMITS.socketSilentMs);
    for (const line of lines.slice(1)) line.pingedMs = world.clock.nowMs();
    const [dead] = lines;
    if (dead !== undefined) dead.pingedMs = 0;
    expect(world.board.open(more)).toBeNull();
    expect(dead?.closedWith).toBe(CLOSE.silent);
  });

  it("end when their token does, before anything more is told", async ({ expect }) => {
    const untilMs = world.clock.nowMs() + 1_000;
    const line = world.join(ADA, null, untilMs);
    expect(world.sweepMs).toBe(untilMs);
    world.pass(1_000);
    await tellAda();
    expect(line.of("notifications")).toEqual([]);
    expect(line.closedWith).toBe(CLOSE.expired);
    expect(world.board.open(new TestLine(ADA, untilMs))).toMatchObject({ code: CLOSE.expired });
  });

  it("end by the sweep when they never begin, expire or fall silent", ({ expect }) => {
    const [idle, silent, expired, good] = [
      new TestLine(ADA),
      world.join(ADA),
      world.join(ADA, null, world.clock.nowMs() + LIMITS.socketSilentMs),
      world.join(ADA),
    ];
    world.board.open(idle);
    silent.pingedMs = world.clock.nowMs();
    world.clock.advance(LIMITS.socketSilentMs);
    good.pingedMs = world.clock.nowMs();
    world.board.sweep();
    expect([idle, silent, expired, good].map(({ closedWith }) => closedWith)).toEqual([
      CLOSE.silent,
      CLOSE.silent,
      CLOSE.expired,
      null,
    ]);
  });

  it("end when they send what is no message, or too many", ({ expect }) => {
    const bad = [
      "",
      "[]",
      '{"type":"presence"}',
      '{"type":"watch","posts":["x"]}',
      "x".repeat(5_000),
    ];
    for (const text of bad) {
      const line = world.join(ADA);
      world.board.hear(line, text);
      expect(line.closedWith, text.slice(0, 40)).toBe(CLOSE.badMessage);
    }
    const ids = Array.from({ length: LIMITS.watchedPostsMax + 1 }, (_, n) => `${n}`);
    const greedy = world.join(ADA);
    world.board.hear(greedy, JSON.stringify({ type: "watch", posts: ids }));
    expect(greedy.closedWith).toBe(CLOSE.badMessage);
    const fast = world.join(ADA);
    for (let n = 0; n <= LIMITS.socketMessagesBurst; n++) world.board.hear(fast, '{"type":"ping"}');
    expect(fast.closedWith).toBe(CLOSE.tooFast);
    expect(fast.of("pong")).toHaveLength(LIMITS.socketMessagesBurst);
  });

  it("are told nothing before they begin", async ({ expect }) => {
    const line = new TestLine(ADA);
    world.board.open(line);
    await tellAda();
    expect(line.messages).toEqual([]);
    world.board.begin(line, null);
    expect(line.messages).toMatchObject([{ type: "hello", seq: 1 }, { type: "new_posts" }]);
  });

  it("cost one stored row to come, and one to go, however many come at once", ({ expect }) => {
    const lines = Array.from({ length: 500 }, (_, n) => world.join(BigInt(n + 1) as Id));
    world.pass(LIMITS.socketTickMs);
    expect(world.store.saved).toBe(500);
    for (const line of lines) world.board.closed(line);
    world.pass(LIMITS.socketTickMs);
    expect(world.store.saved).toBe(1_000);
  });
});
