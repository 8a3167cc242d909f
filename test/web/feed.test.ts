import fc from "fast-check";
import { describe, it } from "vitest";

import { inWords } from "../../web/app/data/about.ts";
import { hiddenInWords } from "../../web/app/feed/hidden.ts";
import { rangesOf } from "../../web/app/feed/seen-ranges.ts";
import { postIn } from "../../web/app/format/post-link.ts";
import { faceUrl, imageSources, isVideo } from "../../web/app/post/media-url.ts";

const at = (timeMs: number, id = String(timeMs)) => ({ timeMs, id });

describe("seen ranges", () => {
  const loaded = [at(5), at(4), at(3), at(2), at(1)];

  it("are stretches without a gap, newest first", ({ expect }) => {
    expect(rangesOf(loaded, new Set(["5", "4", "2"]), new Set())).toEqual([
      { from: at(5), to: at(4) },
      { from: at(2), to: at(2) },
    ]);
  });

  it("are told once, and again when they have grown", ({ expect }) => {
    const told = new Set(["5", "4"]);
    expect(rangesOf(loaded, told, told)).toEqual([]);
    expect(rangesOf(loaded, new Set(["5", "4", "3"]), told)).toEqual([{ from: at(5), to: at(3) }]);
  });

  it("go by time, whatever order the feed is in, and by id within a moment", ({ expect }) => {
    const ranked = [at(1), at(7, "10"), at(7, "9"), at(3)];
    expect(rangesOf(ranked, new Set(["10", "9", "3"]), new Set())).toEqual([
      { from: at(7, "10"), to: at(3) },
    ]);
    expect(rangesOf(ranked, new Set(["9", "1"]), new Set())).toEqual([
      { from: at(7, "9"), to: at(7, "9") },
      { from: at(1), to: at(1) },
    ]);
  });

  it("hold every seen post and no other loaded one", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(60), { maxLength: 18 }),
        fc.func(fc.boolean()),
        (ids, isSeen) => {
          const places = ids.map((id) => at(id));
          const seen = new Set(places.filter((place) => isSeen(place.id)).map((place) => place.id));
          const ranges = rangesOf(places, seen, new Set());
          const covered = places.filter(({ timeMs }) =>
            ranges.some(({ from, to }) => timeMs <= from.timeMs && timeMs >= to.timeMs),
          );
          expect(new Set(covered.map((place) => place.id))).toEqual(seen);
        },
      ),
    );
  });

  it("fit one report", ({ expect }) => {
    const many = Array.from({ length: 100 }, (_, i) => at(i));
    const odd = new Set(many.filter(({ timeMs }) => timeMs % 2 === 1).map(({ id }) => id));
    expect(rangesOf(many, odd, new Set())).toHaveLength(20);
  });
});

describe("what was left out", () => {
  it("is summed over the pages, in words", ({ expect }) => {
    expect(hiddenInWords([{ hidden: { muted: 1 } }, { hidden: { muted: 1, deleted: 1 } }])).toBe(
      "3 posts left out: 2 from people you muted, 1 no longer there.",
    );
    expect(hiddenInWords([{ hidden: { too_far: 1 } }])).toBe("1 post left out: 1 too far.");
    expect(hiddenInWords([{ hidden: { muted: 0 } }, { hidden: {} }])).toBeNull();
  });
});

it.for([
  ["https://edgewise.example/post/123", "123"],
  ["/post/9?x=1", "9"],
  [" 77 ", "77"],
  ["https://edgewise.example/u/ada", null],
  ["/post/12345678901234567890", null],
  ["post", null],
] as const)("the post in %j is %j", ([text, id], { expect }) => {
  expect(postIn(text)).toBe(id);
});

describe("media addresses", () => {
  const key = `${"a".repeat(32)}.jpg`;

  it("offer only narrower copies, and the original last", ({ expect }) => {
    expect(imageSources({ key, width: 700, height: 1, alt: "" }, 1)).toEqual({
      srcset: `/media/${key}?w=320 320w, /media/${key}?w=640 640w, /media/${key} 700w`,
      sizes: "(max-width: 640px) 100vw, 560px",
    });
    expect(imageSources({ key, width: 320, height: 1, alt: "" }, 2)).toEqual({});
    expect(imageSources({ key: "a.gif", width: 900, height: 1, alt: "" }, 2)).toEqual({});
    expect(faceUrl(key)).toBe(`/media/${key}?w=320`);
  });

  it("tell videos by their ending", ({ expect }) => {
    expect(["x.mp4", "x.webm", "x.png", "mp4.gif"].map((name) => isVideo({ key: name }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

it("says what waits in a line", ({ expect }) => {
  const reaction = { kind: "reaction", on: "post", id: "1", postId: "1", from: null } as const;
  const user = { id: "2", handle: "milo" };
  expect([
    inWords({ ...reaction, to: "like" }),
    inWords({ ...reaction, to: null }),
    inWords({ kind: "relation", user, relation: "follow", on: true }),
    inWords({ kind: "relation", user, relation: "mute", on: false }),
  ]).toEqual(["A reaction to a post", "A reaction taken back", "Follow @milo", "Unmute @milo"]);
});
