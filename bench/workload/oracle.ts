import type { BenchPost, Workload } from "./workload.ts";

/** Computes home feeds straight from the workload, without the product's code. */
export class Oracle {
  readonly #workload: Workload;
  readonly #byAuthor: readonly BenchPost[][];

  constructor(workload: Workload) {
    this.#workload = workload;
    this.#byAuthor = workload.follows.map(() => []);
    for (const post of workload.posts) this.#byAuthor[post.author]?.push(post);
  }

  /** The newest `limit` posts of the viewer and of whom the viewer follows, newest first. */
  home(viewer: number, limit: number): readonly BenchPost[] {
    return [...(this.#workload.follows[viewer] ?? []), viewer]
      .flatMap((author) => this.#byAuthor[author]?.slice(-limit) ?? [])
      .toSorted((a, b) => b.timeMs - a.timeMs)
      .slice(0, limit);
  }
}
