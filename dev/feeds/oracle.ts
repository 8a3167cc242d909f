import type { Model, ModelPost } from "./model.ts";

/** What takes a candidate out of a feed. */
export const RULES = [
  "deleted",
  "blocked",
  "blocked_by",
  "muted",
  "audience",
  "original",
  "duplicate",
] as const;
export type Rule = (typeof RULES)[number];
export type Removed = Record<Rule, number>;

/** Something that a feed shows, with what it embeds as far as the viewer may see it. */
export interface Row {
  readonly post: ModelPost;
  readonly repostOf: string | null;
  /** undefined: it quotes nothing; null: what it quotes is hidden. */
  readonly quoteOf: string | null | undefined;
}

export interface HomeFeed {
  /** All that the viewer may see, newest first, before each content is shown once. */
  readonly rows: readonly Row[];
  readonly removed: Removed;
}

export const nothingRemoved = (): Removed =>
  Object.fromEntries(RULES.map((rule) => [rule, 0])) as Removed;

/**
 * The whole home feed, straight from the definitions and by brute force, without the product's
 * code: each post of each author, one rule after the other. A candidate is any post of somebody
 * whom the viewer follows, is a friend of, or would be if no block had ended it.
 */
export function homeOf(model: Model, viewer: string): HomeFeed {
  const removed = nothingRemoved();
  const rows: Row[] = [];
  const authors = new Set([
    viewer,
    ...model.of("follow", viewer),
    ...model.of("friend", viewer),
    ...model.severed(viewer),
  ]);
  for (const author of authors) {
    for (const id of model.postsBy(author)) {
      const ruled = ruleOn(model, viewer, model.post(id), "home");
      if (typeof ruled === "string") removed[ruled]++;
      else rows.push(ruled);
    }
  }
  return { rows: rows.toSorted(newestFirst), removed };
}

/** Muting takes somebody out of the home feed and out of nothing else. */
export type Surface = "home" | "direct";

/** The post as the viewer may see it, or what hides it. */
export function ruleOn(
  model: Model,
  viewer: string,
  post: ModelPost,
  surface: Surface,
): Row | Rule {
  const rule = hiddenBy(model, viewer, post, surface);
  if (rule !== null) return rule;
  const embedded = post.repostOf ?? post.quoteOf;
  if (embedded === null) return { post, repostOf: null, quoteOf: undefined };
  const original = model.posts.get(embedded);
  const hidden = original === undefined ? "deleted" : hiddenBy(model, viewer, original, surface);
  if (post.quoteOf !== null) {
    return { post, repostOf: null, quoteOf: hidden === null ? post.quoteOf : null };
  }
  if (hidden === null) return { post, repostOf: post.repostOf, quoteOf: undefined };
  return hidden === "blocked" || hidden === "muted" ? hidden : "original";
}

function hiddenBy(
  model: Model,
  viewer: string,
  { author, audience, isDeleted }: ModelPost,
  surface: Surface,
): Rule | null {
  if (isDeleted) return "deleted";
  if (author === viewer) return null;
  if (model.has("block", viewer, author)) return "blocked";
  if (model.has("block", author, viewer)) return "blocked_by";
  if (surface === "home" && model.has("mute", viewer, author)) return "muted";
  const isAdmitted =
    audience === "public" ||
    (audience === "followers" && model.has("follow", viewer, author)) ||
    (audience === "friends" && model.has("friend", viewer, author));
  return isAdmitted ? null : "audience";
}

/** Whether posts of `author` belong into the viewer's feed at all. */
export const isSource = (model: Model, viewer: string, author: string): boolean =>
  author === viewer || model.has("follow", viewer, author) || model.has("friend", viewer, author);

const newestFirst = ({ post: a }: Row, { post: b }: Row): number =>
  b.timeMs - a.timeMs || (BigInt(a.id) < BigInt(b.id) ? 1 : -1);

const contentOf = ({ post, repostOf }: Row): string => repostOf ?? post.id;

/** A feed in pages: each the shortest stretch that shows `limit` contents, the original before its reposts. */
export function pagesOf(
  rows: readonly Row[],
  limit: number,
): { readonly pages: readonly (readonly Row[])[]; readonly duplicates: number } {
  const pages: Row[][] = [];
  let shown = 0;
  for (let from = 0; from < rows.length;) {
    const contents = new Set<string>();
    let to = from;
    for (let row = rows[to]; row !== undefined && contents.size < limit; row = rows[++to])
      contents.add(contentOf(row));
    const page = onceEach(rows.slice(from, to));
    shown += page.length;
    pages.push(page);
    from = to;
  }
  return { pages, duplicates: rows.length - shown };
}

/** Of several with the same content the original stays, or else the newest. */
function onceEach(rows: readonly Row[]): Row[] {
  const chosen = new Map<string, Row>();
  for (const row of rows) {
    const known = chosen.get(contentOf(row));
    if (known === undefined || row.repostOf === null) chosen.set(contentOf(row), row);
  }
  return rows.filter((row) => chosen.get(contentOf(row)) === row);
}
