import type { FeedItem } from "../../core/feed/schemas.ts";
import type { FindingKind } from "./findings.ts";
import type { Model } from "./model.ts";
import { isSource, type Row, ruleOn } from "./oracle.ts";

export interface Difference {
  readonly kind: FindingKind;
  readonly what: string;
}

/** One page against the oracle's: the same posts in the same order, and of each what a reader sees. */
export function comparePage(
  model: Model,
  viewer: string,
  expected: readonly Row[],
  found: readonly FeedItem[],
): readonly Difference[] {
  const wanted = expected.map(({ post }) => post.id);
  const got = found.map(({ id }) => id);
  const differences = compareSets(wanted, got);
  if (differences.length > 0) {
    const isHole = differences.some(({ kind }) => kind === "hole");
    // What belongs further down has moved up into the hole, and is not wrong by itself.
    return differences.filter(
      ({ kind, what }) => !(isHole && kind === "one too many" && isVisible(model, viewer, what)),
    );
  }
  const place = wanted.findIndex((id, index) => id !== got[index]);
  if (place >= 0)
    return [
      { kind: "wrong order", what: `at ${place}: ${wanted[place]} wanted, ${got[place]} found` },
    ];
  return expected.flatMap((row, index) => {
    const item = found[index];
    const wrong = item === undefined ? null : wrongIn(model, viewer, row, item);
    return wrong === null ? [] : [{ kind: "wrong content", what: `${row.post.id}: ${wrong}` }];
  });
}

function isVisible(model: Model, viewer: string, id: string): boolean {
  const post = model.posts.get(id);
  return (
    post !== undefined &&
    isSource(model, viewer, post.author) &&
    typeof ruleOn(model, viewer, post, "home") !== "string"
  );
}

function compareSets(wanted: readonly string[], got: readonly string[]): readonly Difference[] {
  const found = new Set(got);
  const known = new Set(wanted);
  const repeats = got.filter((id, index) => got.indexOf(id) !== index);
  return [
    ...repeats.map((what): Difference => ({ kind: "repeat", what })),
    ...wanted.filter((id) => !found.has(id)).map((what): Difference => ({ kind: "hole", what })),
    ...got
      .filter((id) => !known.has(id))
      .map((what): Difference => ({ kind: "one too many", what })),
  ];
}

/** What is not as the model says; null: all is. */
function wrongIn(model: Model, viewer: string, { post, repostOf, quoteOf }: Row, item: FeedItem) {
  const source =
    post.author === viewer
      ? "own"
      : model.has("friend", viewer, post.author)
        ? "friend"
        : "followed";
  const checks: readonly (readonly [what: string, wanted: unknown, got: unknown])[] = [
    ["author", post.author, item.author.id],
    ["time", post.timeMs, item.createdAtMs],
    ["audience", post.audience, item.audience],
    ["source", source, item.source],
    ["repost", repostOf, item.repostOf?.id ?? null],
    ["quote", quoteOf, item.quoteOf === undefined ? undefined : (item.quoteOf?.id ?? null)],
  ];
  const wrong = checks.find(([, wanted, got]) => wanted !== got);
  return wrong === undefined ? null : `${wrong[0]} ${wrong[2]}, not ${wrong[1]}`;
}

/** Numbers and the viewer's own reaction: those of imported posts are not known. */
export function staleIn(
  model: Model,
  viewer: string,
  { post }: Row,
  item: FeedItem,
): string | null {
  if (post.isImported) return null;
  const { reactions, comments, reposters } = model.post(post.id);
  const wanted = `${reactions.size}/${comments.size}/${reposters.size}/${reactions.get(viewer) ?? "-"}`;
  const { counts, viewer: own } = item;
  const got = `${counts.reactions}/${counts.comments}/${counts.reposts}/${own.reaction ?? "-"}`;
  return wanted === got ? null : `${post.id}: ${got}, not ${wanted}`;
}

/**
 * A ranked feed in all its pages, in any order: nothing twice, nothing that is not for the viewer,
 * and every content somewhere.
 */
export function compareRanked(
  rows: readonly Row[],
  found: readonly FeedItem[],
): readonly Difference[] {
  const visible = new Map(rows.map((row) => [row.post.id, row]));
  const ids = found.map(({ id }) => id);
  const contents = new Set(ids.map((id) => visible.get(id)?.repostOf ?? id));
  const holes = rows.filter(
    ({ post, repostOf }) =>
      !ids.includes(post.id) && (repostOf === null || !contents.has(repostOf)),
  );
  return [
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((what): Difference => ({ kind: "repeat", what })),
    ...ids
      .filter((id) => !visible.has(id))
      .map((what): Difference => ({ kind: "one too many", what })),
    ...holes.map(({ post }): Difference => ({ kind: "hole", what: post.id })),
  ];
}
