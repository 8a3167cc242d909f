import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import { newerThan } from "../cache/cut.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { askCache, startOf } from "../home-cache.ts";
import { entryOf, readHome } from "../home-record.ts";
import { keepUnscored } from "../home-scores.ts";
import type { NewPosts } from "../schemas.ts";
import { loadHomeViewer } from "../stages/home-viewer.ts";
import { toId } from "../views.ts";

const AUTHORS_TOLD = 3;

/** How much came to the viewer's feed since `since`, `timeMs.id`: what a client polls that has no socket. */
export async function newPosts(call: Call, since: string): Outcome<NewPosts> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const [timeMs = "", id = ""] = since.split(".");
  const at = { timeMs: Number(timeMs), id2: toId(id) };
  const cached = await askCache(call, (cache, wrote) =>
    cache.newSince(call.region, viewer.value, at, wrote),
  );
  if (cached.answer?.hit === true) {
    const { count, authors } = cached.answer;
    return ok({ count, authors: [...authors] });
  }
  const start = startOf(call, viewer.value, cached.answer) ?? {
    viewer: viewer.value,
    builtMs: call.clock.nowMs(),
    since: null,
    wrote: new Map(),
  };
  const build = { kind: "entry", viewer: viewer.value, page: null } as const;
  const read = await call.builds.run(call, build, async () => {
    const facts = await loadHomeViewer(call, viewer.value);
    return facts.ok ? readHome(call, start, facts.value) : facts;
  });
  if (!read.ok) return read;
  if (cached.answer !== null) keepUnscored(call, read.value);
  const { count, authors } = newerThan(entryOf(read.value), at, LIMITS.feedNewPostsMax);
  return ok({ count, authors: authors.slice(0, AUTHORS_TOLD).map(({ user }) => user) });
}
