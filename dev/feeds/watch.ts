import type { Downtime } from "./downtime.ts";
import type { Findings } from "./findings.ts";
import type { Lags } from "./lags.ts";
import type { Locks } from "./locks.ts";
import type { Model, ModelPost } from "./model.ts";
import { isSource, ruleOn, type Surface } from "./oracle.ts";
import type { Revocations } from "./revocations.ts";

/** Of a post in an answer, as much as the rules look at. */
export interface ShownPost {
  readonly id: string;
  readonly author: { readonly id: string };
  readonly repostOf?: Embedded | null | undefined;
  readonly quoteOf?: Embedded | null | undefined;
}
type Embedded = Pick<ShownPost, "id" | "author">;

/** @param embedded whether it counts inside a repost or a quote too */
export const holds = (items: readonly ShownPost[], id: string, embedded: boolean): boolean =>
  items.some(
    (item) => item.id === id || (embedded && (item.repostOf?.id === id || item.quoteOf?.id === id)),
  );

export interface Seen {
  readonly viewer: string;
  /** Where it was served from, for the report. */
  readonly layer: string;
  readonly surface: Surface;
  readonly askedMs: number;
  readonly posts: readonly ShownPost[];
}

export interface WatchPorts {
  readonly model: Model;
  readonly locks: Locks;
  readonly revocations: Revocations;
  readonly downtime: Downtime;
  readonly findings: Findings;
  /** Of what was served after it was revoked. */
  readonly late: Lags;
  /** How long after a revocation something may be served, ms of a product that is up. */
  readonly boundMs: number;
}

/**
 * Judges whatever anybody is shown while the graph changes: something that is not for the viewer may
 * be served for a bounded time after it was taken back, and never if it never was for them.
 */
export class Watch {
  readonly #ports: WatchPorts;
  judged = 0;
  /** Somebody whom the post is about was just doing something. */
  undecided = 0;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  see({ viewer, layer, surface, askedMs, posts }: Seen): void {
    const { model, locks } = this.#ports;
    for (const shown of posts) {
      const chain = this.#chainOf(shown);
      const users = [viewer, ...chain.map(({ author }) => author)];
      // What is not acknowledged yet the model does not know.
      const isKnown = chain.length > 0 && locks.wereFree(users, askedMs);
      if (!isKnown) this.undecided++;
      else {
        this.judged++;
        const reason = isFor(model, viewer, shown, surface);
        if (reason !== null) this.#late(viewer, layer, askedMs, chain, reason);
      }
    }
  }

  #chainOf({ id, repostOf, quoteOf }: ShownPost): readonly ModelPost[] {
    const ids = [id, repostOf?.id, quoteOf?.id].filter((one) => one !== undefined);
    const known = ids.map((one) => this.#ports.model.posts.get(one));
    return known.every((post) => post !== undefined) ? known : [];
  }

  #late(
    viewer: string,
    layer: string,
    askedMs: number,
    chain: readonly ModelPost[],
    reason: string,
  ): void {
    const { revocations, downtime, findings, late, boundMs } = this.#ports;
    const last = revocations.last(viewer, chain);
    const what = `${layer} of ${viewer} shows ${chain.map(({ id }) => id).join(" with ")}: ${reason}`;
    if (last === null) {
      findings.add("leak", `${what}, and never was for them`);
      return;
    }
    const lagMs = downtime.upBetween(last.atMs, askedMs);
    late.add(`${last.kind}, ${layer}`, lagMs);
    if (lagMs > boundMs) findings.add("leak", `${what}, ${lagMs} ms after: ${last.kind}`);
  }
}

/** Why the viewer may not see it; null when they may. */
export function isFor(
  model: Model,
  viewer: string,
  shown: ShownPost,
  surface: Surface,
): string | null {
  const row = ruleOn(model, viewer, model.post(shown.id), surface);
  if (typeof row === "string") return row;
  if (surface === "home" && !isSource(model, viewer, row.post.author)) return "no source";
  return shown.quoteOf !== null && shown.quoteOf !== undefined && row.quoteOf === null
    ? "what it quotes"
    : null;
}
