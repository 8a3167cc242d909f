import type { Act, ClientEvents } from "./behaviour.ts";
import { bump, NO_TALLY, type Signal, SIGNALS, type Tally } from "./counters.ts";
import { FEATURE_LIMITS } from "./feature-limits.ts";
import type { FeatureStats } from "./feature-service.ts";
import { halfLifeOf, TALLIES, type TallyName } from "./features.ts";
import { HEADS } from "./heads.ts";
import type { Slate, SlateItem } from "./slate.ts";
import { type Tallies, tallyKeys } from "./tallies.ts";

/** What became of one post of a slate: where it was shown first, and each signal once. */
export interface Mark {
  readonly place: number;
  /** Bit `n` is `SIGNALS[n]`. */
  readonly signals: number;
}

/** A slate without its features. */
export interface OpenSlate extends Pick<Slate, "id" | "viewer" | "atMs" | "items"> {
  readonly marks: ReadonlyMap<string, Mark>;
}

/** A slate with its features and all that became of it. */
export interface MarkedSlate extends Slate {
  readonly marks: ReadonlyMap<string, Mark>;
}

/** Where counters and slates lie. */
export interface FeatureRows {
  /** Those that are there. */
  tallies(keys: readonly string[]): Tallies;
  putTallies(tallies: Tallies): void;
  countTallies(): number;
  /** The ones that changed least recently. */
  dropOldestTallies(count: number): void;
  addSlate(slate: Slate): void;
  countSlates(): number;
  slate(id: string): OpenSlate | null;
  /** The newest first. */
  slatesOf(viewer: string, max: number): readonly OpenSlate[];
  mark(slate: string, marks: ReadonlyMap<string, Mark>): void;
  /** Those up to then, oldest first. */
  ripe(upToMs: number, max: number): readonly MarkedSlate[];
  dropSlates(ids: readonly string[]): void;
}

/**
 * Counts what viewers were shown and what they did. Each signal of a post counts once per slate, however
 * often it is told; what names no slate that is kept counts for nothing, so that nobody can count
 * for a post that they were not shown.
 */
export class FeatureBucket {
  readonly #rows: FeatureRows;
  readonly #slateMs: number;
  #counted = 0;
  #ignored = 0;

  /** @param slateMs for how long a slate counts. */
  constructor(rows: FeatureRows, slateMs: number = FEATURE_LIMITS.featureSlateMs) {
    this.#rows = rows;
    this.#slateMs = slateMs;
  }

  facts = (keys: readonly string[]): Tallies =>
    this.#rows.tallies(keys.slice(0, FEATURE_LIMITS.featureKeysMax));

  /** @returns whether it is kept: a bucket that is full of slates logs no more until some are old enough. */
  keep(slate: Slate): boolean {
    const fits =
      slate.items.length <= FEATURE_LIMITS.featureSlateItemsMax &&
      this.#rows.countSlates() < FEATURE_LIMITS.featureSlatesMax;
    if (fits) this.#rows.addSlate(slate);
    return fits;
  }

  tell({ viewer, slate: id, atMs, events }: ClientEvents): void {
    const slate = this.#rows.slate(id);
    const isOwn = slate !== null && slate.viewer === viewer && this.#isOpen(slate, atMs);
    if (!isOwn) {
      this.#ignored += events.length;
      return;
    }
    const items = new Map(slate.items.map((item) => [item.post, item]));
    const marks = new Map(slate.marks);
    const news: News[] = [];
    for (const { post, kind, place } of events.slice(0, FEATURE_LIMITS.featureEventsMax)) {
      const item = items.get(post);
      const known = marks.get(post);
      // What was not shown cannot have been opened: `shown` comes first, or with it.
      const isWrong = item === undefined || (kind !== "shown" && known === undefined);
      const next = isWrong ? null : marked(known ?? { place, signals: 0 }, kind);
      if (item === undefined || next === null) {
        this.#ignored++;
        continue;
      }
      marks.set(post, next);
      news.push({ item, signal: kind });
    }
    this.#note(slate, marks, news, atMs);
  }

  /** Counts for the newest slate that showed what it is about. */
  act({ viewer, atMs, head, on }: Act): void {
    const slates = this.#rows.slatesOf(viewer, FEATURE_LIMITS.featureSlatesPerAct);
    for (const slate of slates) {
      if (!this.#isOpen(slate, atMs)) continue;
      const item = slate.items.find(
        (one) =>
          slate.marks.has(one.post) &&
          ("author" in on
            ? one.author === on.author || one.contentAuthor === on.author
            : one.content === on.post || one.post === on.post),
      );
      const known = item && slate.marks.get(item.post);
      if (item === undefined || known === undefined) continue;
      const next = marked(known, head);
      if (next === null) break;
      const marks = new Map(slate.marks).set(item.post, next);
      this.#note(slate, marks, [{ item, signal: head }], atMs);
      return;
    }
    this.#ignored++;
  }

  /** The oldest slates that nothing counts for any more, to be logged and then dropped: few enough for one segment. */
  ripe = (nowMs: number): readonly MarkedSlate[] =>
    this.#rows.ripe(nowMs - this.#slateMs, FEATURE_LIMITS.featureSegmentSlates);

  logged(slates: readonly string[]): void {
    this.#rows.dropSlates(slates);
  }

  get isEmpty(): boolean {
    return this.#rows.countSlates() === 0;
  }

  /** Counters beyond the bound go, those that changed least recently first. */
  trim(): void {
    const excess = this.#rows.countTallies() - FEATURE_LIMITS.featureTalliesMax;
    if (excess > 0) this.#rows.dropOldestTallies(excess);
  }

  stats = (): FeatureStats => ({
    tallies: this.#rows.countTallies(),
    slates: this.#rows.countSlates(),
    counted: this.#counted,
    ignored: this.#ignored,
  });

  #isOpen = ({ atMs }: OpenSlate, nowMs: number): boolean => nowMs - atMs < this.#slateMs;

  #note(
    { id, viewer }: OpenSlate,
    marks: ReadonlyMap<string, Mark>,
    news: readonly News[],
    nowMs: number,
  ): void {
    if (news.length === 0) return;
    const signals = signalsByKey(viewer, news);
    const known = this.#rows.tallies([...signals.keys()]);
    const next = new Map<string, Tally>();
    for (const [key, { name, of }] of signals)
      next.set(key, bump(known.get(key) ?? NO_TALLY, of, nowMs, halfLifeOf(name)));
    this.#rows.putTallies(next);
    this.#rows.mark(id, marks);
    this.#counted += news.length;
  }
}

interface News {
  readonly item: SlateItem;
  readonly signal: Signal;
}

/** null: it is known already. */
function marked({ place, signals }: Mark, signal: Signal): Mark | null {
  const bit = 1 << SIGNALS.indexOf(signal);
  return (signals & bit) === 0 ? { place, signals: signals | bit } : null;
}

/** Of a mark, the actions alone: bit `n` is `HEADS[n]`. */
export const actionsOf = ({ signals }: Mark): number =>
  HEADS.reduce((bits, head, n) => bits | (((signals >> SIGNALS.indexOf(head)) & 1) << n), 0);

function signalsByKey(
  viewer: string,
  news: readonly News[],
): Map<string, { readonly name: TallyName; readonly of: Signal[] }> {
  const byKey = new Map<string, { readonly name: TallyName; readonly of: Signal[] }>();
  for (const { item, signal } of news) {
    const keys = tallyKeys({ viewer, ...item });
    for (const { name } of TALLIES) {
      const key = keys[name];
      if (key === null) continue;
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { name, of: [signal] });
      else known.of.push(signal);
    }
  }
  return byKey;
}
