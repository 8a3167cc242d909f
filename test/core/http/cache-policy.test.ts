import { describe, it } from "vitest";

import { CACHE_POLICIES, type CacheClass, classFor } from "../../../core/http/cache-policy.ts";
import { allowsRange, etagOf, matchesEtag } from "../../../core/http/conditional.ts";
import { PUBLIC_KEEP_MS } from "../../../core/http/public-page.ts";

const CLASSES = Object.keys(CACHE_POLICIES) as CacheClass[];
const directives = (cacheClass: CacheClass) =>
  CACHE_POLICIES[cacheClass].cacheControl.split(", ").map((part) => part.split("=")[0]);

describe("cache classes", () => {
  it("let shared caches keep only what everyone may see", ({ expect }) => {
    const shared = CLASSES.filter((name) => directives(name).includes("public"));
    expect(shared).toEqual(["immutable", "document", "public"]);
    for (const name of ["personal", "revalidate"] as const) {
      expect(directives(name)).toContain("private");
    }
    for (const name of ["personal", "never"] as const) {
      expect(directives(name)).toContain("no-store");
    }
  });

  it("bound the age of a public answer by what a purge may miss", ({ expect }) => {
    const seconds = Object.fromEntries(
      CACHE_POLICIES.public.cacheControl
        .split(", ")
        .map((part) => part.split("="))
        .map(([name, value]) => [name, Number(value)]),
    );
    expect(seconds["s-maxage"] + seconds["stale-while-revalidate"]).toBe(PUBLIC_KEEP_MS / 1_000);
    expect(PUBLIC_KEEP_MS).toBeLessThanOrEqual(30_000);
  });

  it("keep a browser from showing one caller's answer to the next", ({ expect }) => {
    for (const name of CLASSES.filter((each) => !directives(each).includes("no-store"))) {
      const isForEveryone = ["immutable", "app-shell", "document"].includes(name);
      expect(CACHE_POLICIES[name].vary?.includes("authorization") ?? false).toBe(!isForEveryone);
    }
  });

  it("are public for a visitor alone, of what is declared public alone", ({ expect }) => {
    for (const declared of CLASSES) {
      for (const signedIn of [false, true]) {
        for (const asksForOwn of [false, true]) {
          const found = classFor(declared, { signedIn, asksForOwn });
          if (declared !== "public") expect(found).toBe(declared);
          else expect(found).toBe(signedIn || asksForOwn ? "personal" : "public");
        }
      }
    }
  });
});

describe("matchesEtag", () => {
  it.for([
    ["*", '"a"', true],
    [" * ", 'W/"a"', true],
    ['"a"', '"a"', true],
    ['W/"a"', '"a"', true],
    ['"a"', 'W/"a"', true],
    ['"b", "a"', '"a"', true],
    ['"b","a" , "c"', '"a"', true],
    ['"x,y"', '"x,y"', true],
    ['"x,y"', '"x"', false],
    ['"b"', '"a"', false],
    ["a", '"a"', false],
    ['"*"', '"a"', false],
    ['"a', '"a"', false],
    ["", '"a"', false],
    [null, '"a"', false],
    [undefined, '"a"', false],
  ] as const)("%s for %s: %s", ([header, etag, expected], { expect }) => {
    expect(matchesEtag(header, etag)).toBe(expected);
  });

  it("tells texts apart", ({ expect }) => {
    const texts = ["", "{}", '{"a":1}', '{"a":2}', '{"a":1} '];
    expect(new Set(texts.map(etagOf)).size).toBe(texts.length);
    expect(etagOf("{}")).toMatch(/^W\/"[0-9a-f]{16}"$/);
  });
});

it("allows a range unless If-Range names other bytes, which a weak tag always does", ({
  expect,
}) => {
  expect(allowsRange(null, '"a"')).toBe(true);
  expect(allowsRange('"a"', '"a"')).toBe(true);
  expect(allowsRange('"b"', '"a"')).toBe(false);
  expect(allowsRange('W/"a"', 'W/"a"')).toBe(false);
  expect(allowsRange("Sat, 29 Oct 1994 19:43:31 GMT", '"a"')).toBe(false);
});
