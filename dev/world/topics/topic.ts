/** Kinds of drawn scene; each topic names those that suit it. */
export const SCENE_KINDS = [
  "mountains",
  "seaside",
  "night-sky",
  "forest",
  "city",
  "plant",
  "abstract",
  "chart",
  "table",
  "railway",
] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];

/**
 * What one community talks about. Phrases fit the sentence frames of `phrases.ts`;
 * `{20-90}` inside a phrase is a number drawn from that range.
 */
export interface Topic {
  readonly key: string;
  readonly tags: readonly string[];
  readonly scenes: readonly SceneKind[];
  /** "…" as a profile line. */
  readonly bio: readonly string[];
  /** Noun phrases with their article: "a truing stand". */
  readonly gear: readonly string[];
  /** Past tense after "I": "rode to the coast". */
  readonly done: readonly string[];
  /** Gerunds: "riding at dawn". */
  readonly doing: readonly string[];
  /** With preposition: "at the velodrome". */
  readonly place: readonly string[];
  /** Clauses that can follow "because": "the chain skips". */
  readonly trouble: readonly string[];
  readonly joy: readonly string[];
  /** Whole sentences. */
  readonly tip: readonly string[];
  readonly ask: readonly string[];
  readonly joke: readonly string[];
  readonly reply: readonly string[];
}

/** One phrase a line. */
export const lines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** `key: phrase | phrase | …`, one key a line: a topic reads like a page of a notebook. */
export function topic(
  key: string,
  scenes: readonly SceneKind[],
  tags: string,
  text: string,
): Topic {
  const phrases = new Map<string, readonly string[]>();
  for (const line of lines(text)) {
    const colon = line.indexOf(":");
    phrases.set(
      line.slice(0, colon),
      line
        .slice(colon + 1)
        .split("|")
        .map((part) => part.trim()),
    );
  }
  const get = (name: string): readonly string[] => {
    const found = phrases.get(name);
    if (found === undefined) throw new RangeError(`topic ${key} has no "${name}"`);
    return found;
  };
  return {
    key,
    scenes,
    tags: tags.split(" "),
    bio: get("bio"),
    gear: get("gear"),
    done: get("done"),
    doing: get("doing"),
    place: get("place"),
    trouble: get("trouble"),
    joy: get("joy"),
    tip: get("tip"),
    ask: get("ask"),
    joke: get("joke"),
    reply: get("reply"),
  };
}
