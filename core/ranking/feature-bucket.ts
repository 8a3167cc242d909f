import type { Act, ClientEvents } from "./behaviour.ts";
import { bump, NO_TALLY, type Signal, SIGNALS, type Tally } from "./counters.ts";
import { FEATURE_LIMITS } from "./feature-limits.ts";
import type { FeatureStats } from "./feature-service.ts";
import { halfLifeOf, TALLIES, type TallyName } from "./features.ts";
import { HEADS } from "./heads.ts";
import type { Slate, SlateItem } from "./slate.ts";
import { type Tallies, tallyKeys } from "./tallies.ts";

/** What became of one post of a slate: each signal once. */
export interface Mark {
  /** Where it was shown first; null: nobody said. */
  readonly place: number | null;
  /** Bit `n` is `SIGNALS[n]`. */
  readonly signals: number;
}

/** A slate without its features. */
export interface OpenSlate extends Pick<Slate, "id" | "viewer" | "items"> {
  /** Unix ms when it came: its features may be as old as the first page that somebody scrolled down from. */
  readonly keptMs: number;
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
  addSlate(slate: Slate, keptMs: number): void;
  countSlates(): number;
  slate(id: string): OpenSlate | null;
  /** The newest first. */
  slatesOf(viewer: string, max: number): readonly OpenSlate[];
  mark(slate: string, marks: ReadonlyMap<string, Mark>): void;
  /** Those that came up to then, oldest first. */
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
  keep(slate: Slate, nowMs: number): boolean {
    const fits =
      slate.items.length <= FEATURE_LIMITS.featureSlateItemsMax &&
      this.#rows.countSlates() < FEATURE_LIMITS.featureSlatesMax;
    if (fits) this.#rows.addSlate(slate, nowMs);
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
      if (item === undefined) this.#ignored++;
      else this.#mark(marks, item, kind, kind === "shown" ? place : null, news);
    }
    this.#note(slate, marks, news, atMs);
  }

  /** Counts for the newest slate that showed what it is about; failing that, for the newest that has it. */
  act({ viewer, atMs, head, on }: Act): void {
    const open = this.#rows
      .slatesOf(viewer, FEATURE_LIMITS.featureSlatesPerAct)
      .filter((slate) => this.#isOpen(slate, atMs))
      .flatMap((slate) => {
        const items = slate.items.filter((item) => isAbout(item, on));
        const item = items.find(({ post }) => slate.marks.has(post)) ?? items[0];
        return item === undefined ? [] : [{ slate, item }];
      });
    const found = open.find(({ slate, item }) => slate.marks.has(item.post)) ?? open[0];
    if (found === undefined) {
      this.#ignored++;
      return;
    }
    const marks = new Map(found.slate.marks);
    const news: News[] = [];
    this.#mark(marks, found.item, head, null, news);
    this.#note(found.slate, marks, news, atMs);
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

  #isOpen = ({ keptMs }: OpenSlate, nowMs: number): boolean => nowMs - keptMs < this.#slateMs;

  /** Once each. Whatever somebody did with a post, they were shown it: clients tell of that a little later. */
  #mark(
    marks: Map<string, Mark>,
    item: SlateItem,
    signal: Signal,
    place: number | null,
    news: News[],
  ): void {
    const known = marks.get(item.post) ?? { place: null, signals: 0 };
    const told = (["shown", signal] as const).filter((one) => (known.signals & bitOf(one)) === 0);
    const isNews = told.length > 0 || (known.place === null && place !== null);
    if (!isNews) {
      this.#ignored++;
      return;
    }
    const signals = known.signals | bitOf("shown") | bitOf(signal);
    marks.set(item.post, { place: known.place ?? place, signals });
    for (const one of new Set(told)) news.push({ item, signal: one });
  }

  #note(
    { id, viewer, marks: before }: OpenSlate,
    marks: ReadonlyMap<string, Mark>,
    news: readonly News[],
    nowMs: number,
  ): void {
    if (!isSame(before, marks)) this.#rows.mark(id, marks);
    if (news.length === 0) return;
    const signals = signalsByKey(viewer, news);
    const known = this.#rows.tallies([...signals.keys()]);
    const next = new Map<string, Tally>();
    for (const [key, { name, of }] of signals)
      next.set(key, bump(known.get(key) ?? NO_TALLY, of, nowMs, halfLifeOf(name)));
    this.#rows.putTallies(next);
    this.#counted += news.length;
  }
}

interface News {
  readonly item: SlateItem;
  readonly signal: Signal;
}

/** Marks are only ever replaced. */
const isSame = (one: ReadonlyMap<string, Mark>, other: ReadonlyMap<string, Mark>): boolean =>
  one.size === other.size && [...one].every(([post, mark]) => other.get(post) === mark);

const bitOf = (signal: Signal): number => 1 << SIGNALS.indexOf(signal);

const isAbout = (item: SlateItem, on: Act["on"]): boolean =>
  "author" in on
    ? item.author === on.author || item.contentAuthor === on.author
    : item.content === on.post || item.post === on.post;

/** Of a mark, the actions alone: bit `n` is `HEADS[n]`. */
export const actionsOf = ({ signals }: Mark): number =>
  HEADS.reduce((bits, head, n) => bits | ((signals & bitOf(head)) === 0 ? 0 : 1 << n), 0);

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
