import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { OPERATIONS } from "../../workers/gateway/operations.ts";
import { operation } from "../../workers/gateway/operation.ts";
import { madeFor, markingFeed } from "../fakes/marking-feed.ts";
import { startGateway } from "./harness.ts";

const ADA = "1184274518016";
const BOB = "1184274518099";
/** null is a visitor. */
type Caller = string | null;
const CALLERS: readonly Caller[] = [null, ADA, BOB];

/** What may be in a shared cache, spelt out: an operation that becomes public shows up here. */
const PUBLIC = ["comments", "post", "profile", "userPosts"];
const REVALIDATED = ["session", "settings"];

const READS = OPERATIONS.filter((op) => op.method === "get").map((op) =>
  op.path.replace("{user}", "ada").replace("{id}", "1184274518017"),
);
const PAGES = [
  "/",
  "/u/ada",
  "/icon.svg",
  "/assets/app-1a2b3c4d.js",
  "/docs",
  "/openapi.json",
  "/healthz",
];

const orders = <T>(items: readonly T[]): (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item) =>
        orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );

/** A gateway whose every answer says for whom it was made, and three who ask it. */
async function start() {
  const gateway = startGateway({}, undefined, markingFeed());
  const tokens = new Map<Caller, string>();
  for (const sub of [ADA, BOB]) tokens.set(sub, `Bearer ${await gateway.token({ sub })}`);
  const ask = async (caller: Caller, path: string, init: RequestInit = {}) => {
    const authorization = tokens.get(caller);
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(authorization !== undefined && { authorization }),
    };
    const response = await gateway.request(path, { ...init, headers });
    await gateway.settle();
    return { response, text: await response.text() };
  };
  return { gateway, ask };
}

/** Every mark in an answer, its headers included. */
const marksOf = ({ response, text }: { response: Response; text: string }): string[] => [
  ...new Set(
    [text, ...[...response.headers].map(([, value]) => value)].flatMap(
      (part) => part.match(/made-for-[\w-]+/g) ?? [],
    ),
  ),
];

describe("the class of every operation", () => {
  it.for(OPERATIONS)("$id", (op, { expect }) => {
    const expected = PUBLIC.includes(op.id)
      ? "public"
      : REVALIDATED.includes(op.id)
        ? "revalidate"
        : "personal";
    expect(op.cache).toBe(expected);
    if (op.cache === "public") {
      expect([op.method, op.access, op.tags === undefined]).toEqual(["get", "anyone", false]);
    }
    if (op.access !== "anyone") expect(op.cache).not.toBe("public");
  });

  it("cannot be public for what needs a caller, changes something, or cannot be purged", ({
    expect,
  }) => {
    const valid = OPERATIONS.find((op) => op.id === "post");
    if (valid === undefined) throw new Error("there is no post");
    const { tags: _, ...untagged } = valid;
    expect(() => operation(valid)).not.toThrow();
    expect(() => operation({ ...valid, access: "viewer" })).toThrow(
      "only a read that anyone may call",
    );
    expect(() => operation({ ...valid, method: "put" })).toThrow(
      "only a read that anyone may call",
    );
    expect(() => operation(untagged)).toThrow("only a read that anyone may call");
    expect(() => operation({ ...valid, cache: "revalidate", method: "put" })).toThrow("is no read");
  });
});

describe("nothing made for one caller reaches another", () => {
  it.for([...READS, ...PAGES])(
    "%s, in every order, with fresh and stale pages",
    async (path, { expect }) => {
      for (const order of orders(CALLERS)) {
        const { gateway, ask } = await start();
        for (const waitMs of [0, 0, LIMITS.publicFreshMs, 0]) {
          gateway.clock.advance(waitMs);
          for (const caller of order) {
            for (const method of ["GET", "HEAD"]) {
              const answer = await ask(caller, path, { method });
              const foreign = marksOf(answer).filter((mark) => mark !== madeFor(caller));
              // The list of demo users is made for nobody, for everybody.
              const allowed = path === "/v1/demo/users" ? [madeFor(null)] : [];
              expect(
                foreign.filter((mark) => !allowed.includes(mark)),
                `${caller} got`,
              ).toEqual([]);
            }
          }
        }
        expectOnlyVisitors(gateway, expect);
      }
    },
  );
});

/** The shared cache has nothing of anybody's, not even of what was put and is gone. */
function expectOnlyVisitors(
  { edge }: Awaited<ReturnType<typeof start>>["gateway"],
  expect: (value: unknown, message?: string) => { toEqual: (other: unknown) => void },
) {
  for (const { key, text } of edge.puts) {
    const marks = text.match(/made-for-[\w-]+/g) ?? [];
    expect(
      marks.filter((mark) => mark !== madeFor(null)),
      key,
    ).toEqual([]);
    expect(/ticket|Bearer|eyJ/.test(`${key}${text}`), key).toEqual(false);
  }
}

describe("what a caller brings", () => {
  const path = "/v1/posts/1184274518017";
  it.for([
    ["a token", { authorization: "token" }],
    ["a ticket", { "edgewise-ticket": "t" }],
    ["a wish to be fresh", { "edgewise-consistency": "leader" }],
    ["the default wish", { "edgewise-consistency": "ticket" }],
    ["leniency", { "edgewise-allow-stale": "1" }],
  ] as const)(
    "as %s keeps its answer out of the cache, and the cache out of its answer",
    async ([, extra], { expect }) => {
      const { gateway, ask } = await start();
      const caller = "authorization" in extra ? ADA : null;
      const headers = "authorization" in extra ? {} : extra;
      const first = await ask(caller, path, { headers });
      expect(first.response.headers.get("cache-control")).toBe("private, no-store");
      expect(first.response.headers.get("cache-status")).toBeNull();
      expect(gateway.edge.puts).toEqual([]);
      await ask(null, path);
      expect(gateway.edge.puts).toHaveLength(1);
      const third = await ask(caller, path, { headers });
      expect(third.response.headers.get("cache-status")).toBeNull();
      expect(third.response.headers.get("edgewise-ticket")).not.toBeNull();
      expect(gateway.feed.calls).toHaveLength(3);
    },
  );

  it("as a bad token is refused, and not as a visitor answered", async ({ expect }) => {
    const { ask } = await start();
    await ask(null, path);
    const { response } = await ask(null, path, { headers: { authorization: "Bearer bad" } });
    expect([response.status, response.headers.get("cache-control")]).toEqual([401, "no-store"]);
  });

  it("as a visitor gets no ticket, which would set them apart", async ({ expect }) => {
    const { ask } = await start();
    for (let i = 0; i < 2; i++) {
      expect((await ask(null, path)).response.headers.get("edgewise-ticket")).toBeNull();
    }
  });
});

describe("a key cannot be poisoned", () => {
  const path = "/v1/users/ada/posts";
  const good = `http://localhost${path}?limit=30`;

  it.for([
    ["a forwarded host", path, { "x-forwarded-host": "evil.example" }],
    [
      "an original address",
      path,
      { "x-original-url": "/v1/settings", "x-rewrite-url": "/v1/settings" },
    ],
    ["another method in a header", path, { "x-http-method-override": "DELETE" }],
    ["cookies", path, { cookie: "session=ada" }],
    ["another origin", path, { origin: "https://evil.example" }],
    ["other languages and types", path, { "accept-language": "de", accept: "text/html" }],
    ["a range", path, { range: "bytes=0-1" }],
    ["an unknown parameter", `${path}?utm=1&callback=evil`, {}],
    ["the default, said", `${path}?limit=30`, {}],
    ["the default, said otherwise", `${path}?limit=%33%30`, {}],
    ["an encoded path", "/v1/users/%61da/posts", {}],
    ["an empty query", `${path}?`, {}],
  ] as const)(
    "by %s: it is the same page under the same key",
    async ([, address, headers], { expect }) => {
      const { gateway, ask } = await start();
      const plain = await ask(null, path);
      const odd = await ask(null, address, { headers });
      expect([odd.response.status, odd.text]).toEqual([200, plain.text]);
      expect(odd.response.headers.get("cache-status")).toBe("edgewise; hit");

      // And the other way round: whoever comes first decides nothing for the next.
      const other = await start();
      await other.ask(null, address, { headers });
      expect(other.gateway.edge.puts.map(({ key }) => key)).toEqual([good]);
      const next = await other.ask(null, path);
      expect([next.text, next.response.headers.get("access-control-allow-origin")]).toEqual([
        plain.text,
        null,
      ]);
      expect(gateway.edge.puts.map(({ key }) => key)).toEqual([good]);
    },
  );

  it("by the order of parameters", async ({ expect }) => {
    const { gateway, ask } = await start();
    await ask(null, `${path}?limit=5&cursor=issued-cursor`);
    const { response } = await ask(null, `${path}?cursor=issued-cursor&limit=5`);
    expect(response.headers.get("cache-status")).toBe("edgewise; hit");
    expect(gateway.edge.puts).toHaveLength(1);
  });

  it.for([
    "/v1/users/ada/posts/",
    "/v1/users/ada%2Fposts",
    "/v1//users/ada/posts",
    "/v1/users/ada/posts%00",
    "/edge/purged-tags",
  ])("by the address %s: it keeps nothing", async (address, { expect }) => {
    const { gateway, ask } = await start();
    await ask(null, address);
    expect(gateway.edge.puts).toEqual([]);
  });

  it("by a body that looks like a page", async ({ expect }) => {
    const { gateway, ask } = await start();
    for (const method of ["POST", "PUT", "OPTIONS"]) await ask(null, path, { method });
    expect(gateway.edge.puts).toEqual([]);
  });

  it("by another host: each has its own", async ({ expect }) => {
    const { gateway } = await start();
    await gateway.request(`https://evil.example${path}`);
    await gateway.settle();
    await gateway.request(`https://feed.example${path}`);
    await gateway.settle();
    expect(gateway.edge.puts.map(({ key }) => new URL(key).host)).toEqual([
      "evil.example",
      "feed.example",
    ]);
    expect(gateway.feed.calls).toHaveLength(2);
  });
});
