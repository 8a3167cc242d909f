import { NO_TALLY, type Tally } from "./counters.ts";
import type { TallyName } from "./features.ts";

/** What a candidate's signals are counted under. */
export interface Counted {
  /** Decimal text: who is shown it, and whose post it is. */
  readonly viewer: string;
  readonly author: string;
  /** What is shown: of a repost, the original. */
  readonly content: string;
  /** Empty when nothing says. */
  readonly topic: string;
}

/** Names of a candidate's tallies in a feature bucket; null where there is nothing to count under. Storage format. */
export const tallyKeys = ({
  viewer,
  author,
  content,
  topic,
}: Counted): Record<TallyName, string | null> => ({
  viewer: `v:${viewer}`,
  author: `a:${author}`,
  post: `p:${content}`,
  topic: topic === "" ? null : `t:${topic}`,
  viewer_author: `va:${viewer}:${author}`,
  viewer_topic: topic === "" ? null : `vt:${viewer}:${topic}`,
});

/** By key; what is not in it was never counted. */
export type Tallies = ReadonlyMap<string, Tally>;

export function talliesOf(counted: Counted, known: Tallies): Record<TallyName, Tally> {
  const keys = tallyKeys(counted);
  const of = (key: string | null) => (key === null ? undefined : known.get(key)) ?? NO_TALLY;
  return {
    viewer: of(keys.viewer),
    author: of(keys.author),
    post: of(keys.post),
    topic: of(keys.topic),
    viewer_author: of(keys.viewer_author),
    viewer_topic: of(keys.viewer_topic),
  };
}
