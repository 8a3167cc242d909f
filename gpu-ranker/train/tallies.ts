import { bump, NO_TALLY, type Signal, type Tally } from "../../core/ranking/counters.ts";
import { halfLifeOf, TALLIES, type TallyName } from "../../core/ranking/features.ts";

/** Who and what one exposure is about, as keys of counters. */
export interface TallyKeys {
  readonly viewer: string;
  readonly author: string;
  readonly post: string;
  readonly topic: string;
}

/** Decayed counters of everything, in memory: what feature buckets hold for the product. */
export class Tallies {
  readonly #held = new Map<string, Tally>();

  of(keys: TallyKeys): Record<TallyName, Tally> {
    const at = (name: TallyName) => this.#held.get(keyOf(name, keys) ?? "") ?? NO_TALLY;
    return {
      viewer: at("viewer"),
      author: at("author"),
      post: at("post"),
      topic: at("topic"),
      viewer_author: at("viewer_author"),
      viewer_topic: at("viewer_topic"),
    };
  }

  bump(keys: TallyKeys, signals: readonly Signal[], nowMs: number): void {
    for (const { name } of TALLIES) {
      const key = keyOf(name, keys);
      if (key === null) continue;
      const tally = this.#held.get(key) ?? NO_TALLY;
      this.#held.set(key, bump(tally, signals, nowMs, halfLifeOf(name)));
    }
  }
}

/** Null where there is nothing to count: what is about no topic. */
function keyOf(name: TallyName, { viewer, author, post, topic }: TallyKeys): string | null {
  switch (name) {
    case "viewer":
      return `v ${viewer}`;
    case "author":
      return `a ${author}`;
    case "post":
      return `p ${post}`;
    case "topic":
      return topic === "" ? null : `t ${topic}`;
    case "viewer_author":
      return `va ${viewer} ${author}`;
    case "viewer_topic":
      return topic === "" ? null : `vt ${viewer} ${topic}`;
  }
}
