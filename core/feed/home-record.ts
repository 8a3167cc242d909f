import type { Id } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { ok } from "../result.ts";
import type { ListCursor } from "../tao/types.ts";
import { CellTable } from "./cache/cells.ts";
import { Entry } from "./cache/entry.ts";
import type { CellContent, EntryRecord, RecordSlot } from "./cache/record.ts";
import type { Call, Outcome } from "./call.ts";
import { readStretch, type Stretch } from "./pipeline.ts";
import type { ReactionKind } from "./schemas.ts";
import { type Chain, embedding, ruleOn } from "./stages/filter.ts";
import type { HomeViewer } from "./stages/home-viewer.ts";
import type { World } from "./stages/hydrate.ts";
import type { Candidate } from "./stages/sources.ts";
import type { Standing } from "./standing.ts";
import type { StoredPost } from "./views.ts";
import { type HideRule, isTold } from "./visibility.ts";

/** A feed as it was read, and whether a cache may keep it. */
export interface HomeRecord {
  readonly record: Omit<EntryRecord, "ticket" | "upTo">;
  /** False where something was left out, or marked as older than promised. */
  readonly isSound: boolean;
}

export const entryOf = ({ record }: HomeRecord): Entry =>
  new Entry({ ...record, ticket: "", upTo: null }, new CellTable());

/** What was known before anything of it was read. */
export type BuildStart = Pick<EntryRecord, "viewer" | "builtMs" | "since" | "wrote">;

/**
 * The newest posts of a home feed, enough for several pages: the stages that `timeline` runs, with
 * what hides a candidate noted instead of the candidate dropped.
 */
export async function readHome(
  call: Call,
  start: BuildStart,
  facts: HomeViewer,
): Outcome<HomeRecord> {
  const builder = new Builder(facts.standing);
  let after: ListCursor | null = null;
  let more = true;
  for (let round = 0; round <= LIMITS.feedRefillsMax && more; round++) {
    const wanted = call.effects.ranking.candidates - builder.visible;
    if (wanted <= 0) break;
    const known = { ...facts, standing: builder.standing };
    const stretch = await readStretch(call, known, after, wanted + LIMITS.feedSlack);
    if (!stretch.ok) return stretch;
    builder.add(stretch.value);
    after = stretch.value.candidates.at(-1)?.at ?? null;
    more = stretch.value.more && after !== null;
  }
  const { slots, cells, standing, reactions, isSound } = builder;
  const { kinds, completeAfterMs } = facts.reactions;
  return ok({
    record: {
      ...start,
      feedMode: facts.settings.feedMode,
      ranking: facts.ranking,
      scores: null,
      standing,
      reactions: { kinds: new Map([...kinds, ...reactions]), completeAfterMs },
      slots,
      floor: more ? after : null,
      cells,
    },
    isSound: isSound && call.tao.staleMs() === null,
  });
}

class Builder {
  readonly slots: RecordSlot[] = [];
  readonly cells = new Map<Id, CellContent>();
  readonly reactions = new Map<Id, ReactionKind>();
  standing: Standing;
  visible = 0;
  isSound = true;

  constructor(standing: Standing) {
    this.standing = standing;
  }

  add({ candidates, world }: Stretch): void {
    this.standing = world.standing;
    this.isSound &&= world.knowsReactions;
    for (const candidate of candidates) this.#addOne(candidate, world);
  }

  #addOne(candidate: Candidate, world: World): void {
    const { at, original } = candidate;
    const post = withAuthor(candidate.post, world);
    const inner = withAuthor(
      original === null ? null : (world.originals.get(original) ?? null),
      world,
    );
    const chain = {
      post: post && rated(post.post),
      embeds: embedding(candidate),
      original: inner && rated(inner.post),
    };
    const { rule } = ruleOn(chain, world.standing, "home");
    if (rule === null) this.visible++;
    else if (!mayShow(rule, chain)) {
      // The number of what others hide would tell that there is something.
      if (isTold(rule)) this.slots.push({ at, original: null, rule });
      return;
    }
    this.slots.push({ at, original, rule: null });
    for (const content of [post, inner]) {
      if (content === null) continue;
      const { id } = content.post;
      this.cells.set(id, content);
      const reaction = world.reactions.get(id);
      if (reaction !== undefined) this.reactions.set(id, reaction);
    }
  }
}

/**
 * What an audience hides may be for the viewer before the entry is over, and the rules are applied
 * at each read. Whatever else hides something makes a new entry when it ends.
 */
const mayShow = (rule: HideRule, { original }: Chain): boolean =>
  rule === "audience" || (rule === "original" && original !== null);

const rated = ({ author, payload }: StoredPost) => ({ author, audience: payload.audience });

function withAuthor(post: StoredPost | null, { users }: World): CellContent | null {
  const user = post === null ? undefined : users.get(post.author);
  return post === null || user === undefined ? null : { post, user };
}
