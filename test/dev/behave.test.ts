import { describe, it } from "vitest";

import { HEADS } from "../../core/ranking/heads.ts";
import { textOf, type BehavingWorld } from "../../dev/behave/world.ts";
import { readPage, type SeenPage, truthLine } from "../../dev/behave/visits.ts";
import { drawPeople, TOPICS } from "../../gpu-ranker/train/behaviour/people.ts";
import { drawPost } from "../../gpu-ranker/train/behaviour/posts.ts";
import { seeded } from "../../gpu-ranker/train/random.ts";

const NOW_MS = 1_700_000_000_000;
const READER = 0;
const PEOPLE = drawPeople(1, 30).map((person) => ({ ...person, ties: new Map(person.ties) }));

function worldOf(posts: number): BehavingWorld {
  const random = seeded(2, "posts");
  const drawn = Array.from({ length: posts }, (_, at) => {
    const author = 1 + (at % (PEOPLE.length - 1));
    const person = PEOPLE[author];
    if (person === undefined) throw new RangeError(`no person ${author}`);
    const post = drawPost(random, at, author, person, NOW_MS - at * 60_000);
    return [String(at), { ...post, isRepost: false, isQuote: false }] as const;
  });
  return {
    people: PEOPLE,
    ids: PEOPLE.map((_, at) => String(at)),
    posts: new Map(drawn),
    pictures: [],
  };
}

type Item = SeenPage["items"][number];
const item = (id: string, fields: Partial<Item> = {}): Item => ({
  id,
  counts: { reactions: 0, comments: 0, reposts: 0 },
  viewer: { reaction: null },
  source: "followed",
  repostOf: null,
  ...fields,
});

/** The actions of many visits to the same page, by post. */
function actionsOf(world: BehavingWorld, items: readonly Item[], visits = 400) {
  const random = seeded(3, "reads");
  const taken = new Map(items.map(({ id }) => [id, new Map<string, number>()]));
  for (let visit = 0; visit < visits; visit++)
    for (const met of readPage(world, READER, { items }, new Map(), NOW_MS, random))
      for (const head of met.actions) {
        const own = taken.get(met.item);
        own?.set(head, (own.get(head) ?? 0) + 1);
      }
  return taken;
}

describe("a person who reads a page", () => {
  it("chooses the same from the same page with the same luck", ({ expect }) => {
    const world = worldOf(20);
    const items = [...world.posts.keys()].map((id) => item(id));
    const read = () =>
      readPage(world, READER, { items }, new Map(), NOW_MS, seeded(7, "one")).map(
        ({ actions }) => actions,
      );
    expect(read()).toEqual(read());
    expect(read().length).toBe(20);
  });

  it("passes over what nobody drew", ({ expect }) => {
    const world = worldOf(1);
    const met = readPage(
      world,
      READER,
      { items: [item("0"), item("999")] },
      new Map(),
      NOW_MS,
      seeded(1, "x"),
    );
    expect(met.map((one) => one.item)).toEqual(["0"]);
  });

  it("opens their own posts and no more, and likes nothing twice", ({ expect }) => {
    const world = worldOf(12);
    const ids = [...world.posts.keys()];
    const own = actionsOf(
      world,
      ids.map((id) => item(id, { source: "own" })),
    );
    const done = new Set([...own.values()].flatMap((heads) => [...heads.keys()]));
    expect([...done].toSorted()).toEqual(["dwell", "open"]);

    const liked = actionsOf(
      world,
      ids.map((id) => item(id, { viewer: { reaction: "like" } })),
    );
    expect([...liked.values()].some((heads) => heads.has("like"))).toBe(false);
    const fresh = actionsOf(
      world,
      ids.map((id) => item(id)),
    );
    expect([...fresh.values()].some((heads) => heads.has("like"))).toBe(true);
  });

  it("is as likely to do the impossible as they can be: not at all", ({ expect }) => {
    const world = worldOf(1);
    const truthWith = (fields: Partial<Item>) => {
      const page = { items: [item("0", fields)] };
      const [met] = readPage(world, READER, page, new Map(), NOW_MS, seeded(1, "x"));
      if (met === undefined) throw new Error("nothing was met");
      const { placed, top } = truthLine("s", met);
      return HEADS.filter((_, at) => placed[at] !== 0 || top[at] !== 0).toSorted();
    };
    expect(truthWith({ source: "own" })).toEqual(["dwell", "open"]);
    const all = truthWith({});
    expect(all).toContain("like");
    expect(truthWith({ viewer: { reaction: "like" } })).toEqual(
      all.filter((head) => head !== "like"),
    );
  });

  it("acts on the original of a repost, by the praise that the page shows of it", ({ expect }) => {
    const world = worldOf(1);
    const counts = { reactions: 40, comments: 2, reposts: 9 };
    const repostOf = { id: "77", counts, viewer: { reaction: null } };
    const [met] = readPage(
      world,
      READER,
      { items: [item("0", { repostOf })] },
      new Map(),
      NOW_MS,
      seeded(1, "x"),
    );
    expect(met?.content).toBe("77");
    expect(met?.encounter.post).toMatchObject(counts);
  });

  it("tires of an author who was shown before", ({ expect }) => {
    const world = worldOf(1);
    const author = world.posts.get("0")?.author ?? expect.unreachable();
    const opens = (times: number) => {
      const shown = new Map([[author, times]]);
      const [met] = readPage(world, READER, { items: [item("0")] }, shown, NOW_MS, seeded(1, "x"));
      return met === undefined ? Number.NaN : (truthLine("s", met).placed[0] ?? Number.NaN);
    };
    expect(opens(5)).toBeLessThan(opens(0));
  });
});

it("says what is true of a post where it was shown, and had it been at the top", ({ expect }) => {
  const world = worldOf(20);
  const items = [...world.posts.keys()].map((id) => item(id));
  const met = readPage(world, READER, { items }, new Map(), NOW_MS, seeded(1, "x"));
  const lines = met.map((one) => truthLine("slate", one));
  expect(lines[0]?.placed).toEqual(lines[0]?.top);
  // Of the first head, which is to open it: whatever stands lower is opened less.
  const last = lines.at(-1);
  expect(last?.placed[0]).toBeLessThan(last?.top[0] ?? 0);
});

it("writes a post whose first hashtag is its topic, as long as it was drawn", ({ expect }) => {
  for (const [, post] of worldOf(40).posts) {
    const text = textOf(post, 5);
    expect(text.startsWith(`#${TOPICS[post.topic]?.name} `)).toBe(true);
    if (post.textChars > 80) expect(text.length).toBe(post.textChars);
  }
});
