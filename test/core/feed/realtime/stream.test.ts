import fc from "fast-check";
import { describe, it } from "vitest";

import type { NumberedMessage, ServerMessage } from "../../../../core/feed/realtime/port.ts";
import { follow } from "../../../../core/feed/realtime/place.ts";
import { decodeStream, encodeStream } from "../../../../core/feed/realtime/stream-text.ts";
import {
  caughtUp,
  countPost,
  emit,
  type NewPost,
  type News,
  newPosts,
  newStream,
  type Place,
  resume,
  type Stream,
  uncount,
} from "../../../../core/feed/realtime/stream.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";

const NOW = 1_000_000;
const id = (n: number) => BigInt(n) as Id;
const revoke = (n: number): News => ({ type: "revoke", post: `${n}` });
const NOTIFIED: News = { type: "notifications" };
const counted = (count: number): News => ({ type: "new_posts", count, authors: [] });

const told = (news: readonly News[], stream = newStream("life"), nowMs = NOW): Stream =>
  news.reduce((last, one) => emit(last, [one], nowMs).stream, stream);
const back = (stream: Stream, seq: number, nowMs = NOW) =>
  resume(stream, { life: "life", seq }, nowMs);

describe("resuming", () => {
  it("tells what was missed, once each, and says which numbers later ones replaced", ({
    expect,
  }) => {
    const stream = told([counted(1), revoke(7), counted(2), NOTIFIED, counted(3)]);
    expect(back(stream, 0)).toEqual([
      { type: "hello", life: "life", seq: 5, resumed: true },
      { type: "revoke", seq: 2, from: 1, post: "7" },
      { type: "notifications", seq: 4, from: 3 },
      { type: "new_posts", seq: 5, count: 3, authors: [] },
    ]);
    expect(back(stream, 4).slice(1)).toEqual([
      { type: "new_posts", seq: 5, count: 3, authors: [] },
    ]);
    expect(back(stream, 5)).toEqual([{ type: "hello", life: "life", seq: 5, resumed: true }]);
  });

  it("is refused for another life and for a place ahead of it", ({ expect }) => {
    const stream = told([NOTIFIED]);
    for (const place of [null, { life: "other", seq: 0 }, { life: "life", seq: 2 }])
      expect(resume(stream, place, NOW)[0]).toMatchObject({ resumed: false, seq: 1 });
  });

  it("declares exactly what is forgotten, by number and by age", ({ expect }) => {
    const many = Array.from({ length: LIMITS.socketMessagesMax + 3 }, (_, n) => revoke(n));
    const stream = told(many);
    const messages = back(stream, 1);
    expect(messages.slice(0, 3)).toMatchObject([
      { type: "hello", resumed: false },
      { type: "gap", from: 2, to: 3, seq: 3 },
      { type: "revoke", seq: 4 },
    ]);
    expect(back(stream, 3)[0]).toMatchObject({ resumed: true });

    const later = NOW + LIMITS.socketMemoryMs;
    const aged = told([NOTIFIED], told([revoke(1)]), later + 1);
    expect(back(aged, 0, later + 1)).toMatchObject([
      { type: "hello", resumed: false },
      { type: "gap", from: 1, to: 1 },
      { type: "notifications", seq: 2 },
      { type: "new_posts" },
    ]);
    expect(back(told([revoke(1)]), 0, later)[0], "at the bound").toMatchObject({ resumed: true });
  });

  const news = fc.oneof(
    fc.constant(NOTIFIED),
    fc.nat(9).map(counted),
    fc.nat(80).map(revoke),
    fc.nat(5).map((n): News => ({ type: "hide_author", user: `${n}` })),
  );
  const groups = fc.array(fc.tuple(fc.array(news, { maxLength: 6 }), fc.nat(120_000)), {
    maxLength: 40,
  });

  it("covers every number since the place by a message or the gap, and none twice", ({
    expect,
  }) => {
    fc.assert(
      fc.property(groups, fc.nat(120), (steps, at) => {
        let nowMs = NOW;
        let stream = newStream("life");
        for (const [one, waitMs] of steps) {
          nowMs += waitMs;
          stream = emit(stream, one, nowMs).stream;
        }
        const seq = Math.min(at, stream.seq);
        const newest = new Map(
          steps.flatMap(([one]) => one).map((one, n) => [subjectOf(one), n + 1]),
        );
        const messages = back(stream, seq, nowMs);
        // Beside a gap stands how many posts are new now, under a number that was given before.
        const numbered = messages.some(({ type }) => type === "gap")
          ? messages.slice(0, -1)
          : messages;
        const covered = numbered.flatMap(rangeOf);
        const all = Array.from({ length: stream.seq - seq }, (_, n) => seq + 1 + n);
        expect(covered).toEqual(all);
        // The last about each thing is told, or in the gap: nothing stands for it but itself.
        const gap = messages.find((one) => one.type === "gap");
        const heard = new Set(numbered.map((one) => one.seq));
        for (const last of newest.values())
          expect(last <= Math.max(seq, gap?.to ?? 0) || heard.has(last), `${last}`).toBe(true);
      }),
    );
  });

  it("leaves a client that follows where the stream is, whatever it missed", ({ expect }) => {
    fc.assert(
      fc.property(groups, fc.nat(60), (steps, at) => {
        let nowMs = NOW;
        let stream = newStream("life");
        for (const [one, waitMs] of steps) {
          nowMs += waitMs;
          stream = emit(stream, one, nowMs).stream;
        }
        let place: Place | null = { life: "life", seq: Math.min(at, stream.seq) };
        let lost = false;
        for (const message of resume(stream, place, nowMs)) {
          const followed = follow(place, message);
          ({ place } = followed);
          lost ||= followed.lost;
        }
        expect(place).toEqual({ life: "life", seq: stream.seq });
        expect(lost).toBe(Math.min(at, stream.seq) < resumeFloor(stream, nowMs));
      }),
    );
  });
});

const subjectOf = ({ type, ...about }: News): string =>
  type === "new_posts" ? type : JSON.stringify([type, about]);

/** Numbers that a message covers. */
function rangeOf(message: ServerMessage): number[] {
  if (message.type === "gap") return range(message.from, message.to);
  if (message.type === "hello") return [];
  const { seq, from = seq } = message as NumberedMessage;
  return range(from, seq);
}
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n);
const resumeFloor = (stream: Stream, nowMs: number): number => emit(stream, [], nowMs).stream.floor;

const news = (post: number, author: number, original: NewPost["original"] = null): NewPost => ({
  post: id(post),
  author: id(author),
  original,
});

describe("new posts", () => {
  const many = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => n + from).reduce(
      (stream, n) => countPost(stream, news(n, n % 4)) ?? stream,
      newStream("life"),
    );

  it("are counted once each, up to a bound, with the newest authors", ({ expect }) => {
    expect(countPost(many(1), news(0, 0))).toBeNull();
    expect(newPosts(many(6))).toEqual({ type: "new_posts", count: 6, authors: ["1", "0", "3"] });
    expect(newPosts(many(LIMITS.newPostsMax + 9))).toMatchObject({ count: LIMITS.newPostsMax });
  });

  it("start over when the reader has caught up, and are not counted again", ({ expect }) => {
    const seen = caughtUp(many(3));
    if (seen === null) throw new Error("nothing to catch up with");
    expect(newPosts(seen)).toMatchObject({ count: 0, authors: [] });
    expect(countPost(seen, news(2, 2))).toBeNull();
    expect(caughtUp(seen)).toBeNull();
    const full = Array.from({ length: LIMITS.newPostsMax }, (_, n) => n + 10).reduce(
      (stream, n) => countPost(stream, news(n, 1)) ?? stream,
      seen,
    );
    expect(newPosts(full), "those seen made room").toMatchObject({ count: LIMITS.newPostsMax });
  });

  it("count what they show once: the newest of its reposts, or the original", ({ expect }) => {
    const original = { post: id(1), author: id(2) };
    const withAll = (...posts: readonly NewPost[]) =>
      posts.reduce((stream, one) => countPost(stream, one) ?? stream, newStream("life"));
    const reposts = withAll(news(11, 3, original), news(12, 4, original));
    expect(newPosts(reposts)).toMatchObject({ count: 1, authors: ["4"] });
    expect(
      newPosts(withAll(news(11, 3, original), news(1, 2), news(12, 4, original))),
    ).toMatchObject({ count: 1, authors: ["2"] });
    expect(newPosts(withAll(news(11, 3, original), news(12, 4)))).toMatchObject({ count: 2 });

    const without = (stream: Stream, gone: number) =>
      newPosts(uncount(stream, ({ post }) => post === id(gone)) ?? newStream(""));
    expect(without(reposts, 12), "the other is shown").toMatchObject({ count: 1, authors: ["3"] });
    expect(without(reposts, 11)).toMatchObject({ count: 1, authors: ["4"] });
    const seen = caughtUp(reposts) ?? newStream("");
    expect(countPost(seen, news(13, 5, original)), "seen already").toBeNull();
    expect(countPost(seen, news(14, 5))).not.toBeNull();
  });

  it("leave room for what counts", ({ expect }) => {
    const original = { post: id(900), author: id(2) };
    const full = Array.from({ length: 2 * LIMITS.newPostsMax }, (_, n) =>
      n % 2 === 0 ? news(n, 1) : news(n, 3, original),
    ).reduce((stream, one) => countPost(stream, one) ?? stream, newStream("life"));
    expect(newPosts(full)).toMatchObject({ count: LIMITS.newPostsMax });
    expect(full.posts).toHaveLength(LIMITS.newPostsMax);
  });

  it("go with their post or author", ({ expect }) => {
    expect(uncount(many(3), ({ post }) => post === id(9))).toBeNull();
    const less = uncount(many(6), ({ author }) => author === id(1));
    expect(newPosts(less ?? newStream(""))).toMatchObject({ count: 4 });
  });
});

it("is the same after it was stored", ({ expect }) => {
  const one = countPost(newStream("life"), news(5, 6)) ?? newStream("");
  const stream = told(
    [revoke(3), NOTIFIED],
    countPost(one, news(7, 6, { post: id(1), author: id(2) })) ?? newStream(""),
  );
  expect(decodeStream(encodeStream(stream), 77)).toEqual({ ...stream, leftMs: 77 });
});
