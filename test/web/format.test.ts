import fc from "fast-check";
import { describe, it } from "vitest";

import { formatCount, plural } from "../../web/app/format/count.ts";
import { hueOf, initialsOf } from "../../web/app/format/face.ts";
import { linkify, shortUrl } from "../../web/app/format/linkify.ts";
import { absoluteTime, relativeTime } from "../../web/app/format/time.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12);

describe("relativeTime", () => {
  it.for([
    [-5_000, "now"],
    [0, "now"],
    [MINUTE - 1, "now"],
    [MINUTE, "1m"],
    [HOUR - 1, "59m"],
    [HOUR, "1h"],
    [DAY - 1, "23h"],
    [DAY, "1d"],
    [7 * DAY - 1, "6d"],
    [7 * DAY, "16 Nov"],
    [400 * DAY, "19 Oct 2025"],
  ] as const)("%d ms ago reads %s", ([agoMs, text], { expect }) => {
    expect(relativeTime(NOW - agoMs, NOW, "en-GB")).toBe(text);
  });

  it("has an exact twin", ({ expect }) => {
    expect(absoluteTime(NOW, "en-GB", "UTC")).toBe("23 November 2026 at 12:00");
  });
});

describe("counts", () => {
  it.for([
    [0, "0"],
    [9_999, "9,999"],
    [10_000, "10K"],
    [12_345, "12.3K"],
    [1_250_000, "1.3M"],
  ] as const)("%d reads %s", ([n, text], { expect }) => {
    expect(formatCount(n)).toBe(text);
  });

  it("agrees in number", ({ expect }) => {
    expect([0, 1, 2].map((n) => plural(n, "reply", "replies"))).toEqual([
      "0 replies",
      "1 reply",
      "2 replies",
    ]);
  });
});

describe("linkify", () => {
  it("finds addresses, mentions and hashtags among words", ({ expect }) => {
    expect(linkify("See https://example.org/a, @Ada and #calm.")).toEqual([
      { kind: "text", text: "See " },
      { kind: "link", text: "https://example.org/a", href: "https://example.org/a" },
      { kind: "text", text: ", " },
      { kind: "mention", text: "@Ada", handle: "ada" },
      { kind: "text", text: " and " },
      { kind: "hashtag", text: "#calm" },
      { kind: "text", text: "." },
    ]);
  });

  it.for([
    ["(https://example.org/x)", "https://example.org/x"],
    ["https://example.org/Foo_(bar)", "https://example.org/Foo_(bar)"],
    ["https://example.org/q?a=1&b=2!", "https://example.org/q?a=1&b=2"],
    ["https://example.org.", "https://example.org"],
  ] as const)("%s links %s", ([text, href], { expect }) => {
    expect(linkify(text).find((part) => part.kind === "link")).toMatchObject({ href });
  });

  it.for([
    "javascript:alert(1)",
    "data:text/html,<script>",
    "mail me at ada@example.org",
    "a#b and #1 and ##x",
    "http://",
    "@a",
    "@" + "x".repeat(31),
  ])("%s has nothing to follow", (text, { expect }) => {
    expect(linkify(text).filter((part) => part.kind !== "text")).toEqual([]);
  });

  it("never loses, adds or reorders a character, and only links http", ({ expect }) => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.constantFrom("@ada", "#tag", "(", ")", ".", "https://", "javascript:", "<b>", " ", "\n"),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join("");
        const parts = linkify(text);
        expect(parts.map((part) => part.text).join("")).toBe(text);
        for (const part of parts) {
          if (part.kind === "link") expect(new URL(part.href).protocol).toMatch(/^https?:$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("shortens an address for reading", ({ expect }) => {
    expect(shortUrl("https://www.example.org/")).toBe("example.org");
    expect(shortUrl(`https://example.org/${"a".repeat(60)}`)).toHaveLength(36);
  });
});

describe("faces", () => {
  it.for([
    ["Ada Ravn", "AR"],
    ["Noor de Wit", "NW"],
    ["ivy", "I"],
    ["李 小龙", "李小"],
    ["🌱", "?"],
    ["", "?"],
  ] as const)("%s has the initials %s", ([name, initials], { expect }) => {
    expect(initialsOf(name)).toBe(initials);
  });

  it("gives each id a colour of its own, always the same", ({ expect }) => {
    const hues = Array.from({ length: 40 }, (_, i) => hueOf(String(1_000 + i)));
    expect(hues.every((hue) => hue >= 0 && hue < 360)).toBe(true);
    expect(new Set(hues).size).toBeGreaterThan(30);
    expect(hueOf("1000")).toBe(hues[0]);
  });
});
