import { setTimeout as delay } from "node:timers/promises";

import { PUBLIC_KEEP_MS } from "../../core/http/public-page.ts";
import type { SeededRandom } from "../../sim/random.ts";
import type { Downtime } from "./downtime.ts";
import type { Findings } from "./findings.ts";
import type { Lags } from "./lags.ts";
import type { People } from "./people.ts";

export interface FarPagePorts {
  readonly people: Pick<People, "tryRead">;
  readonly random: SeededRandom;
  readonly downtime: Downtime;
  readonly findings: Findings;
  readonly gone: Lags;
  readonly boundMs: number;
  /** At once: each asks by itself, and nothing waits for them. */
  readonly followedMax: number;
  /** How often visitors come, of each page at its own pace. */
  readonly pauseMs: { readonly min: number; readonly max: number };
  /** Origin of a gateway that hears of no purge; another one after a restart. */
  readonly elsewhereUrl: () => Promise<string>;
}

/**
 * Pages of deleted posts at a gateway that no purge reaches. Visitors come there every so often: what
 * is there in between is shown to nobody.
 */
export class FarPages {
  readonly #ports: FarPagePorts;
  readonly #following = new Set<Promise<void>>();

  constructor(ports: FarPagePorts) {
    this.#ports = ports;
  }

  /** Whether the page of the post is there now, for visitors to come. */
  async isShown(post: string): Promise<boolean> {
    if (this.#following.size >= this.#ports.followedMax) return false;
    return (await this.#ask(post))?.status === 200;
  }

  /** Goes on by itself: what is deleted does not come back. */
  follow(post: string, ackedMs: number): void {
    const done: Promise<void> = this.#follow(post, ackedMs).finally(() =>
      this.#following.delete(done),
    );
    this.#following.add(done);
  }

  /** Resolves when none of those that are followed is shown. */
  async ended(): Promise<void> {
    await Promise.all(this.#following);
  }

  async #follow(post: string, ackedMs: number): Promise<void> {
    const { random, downtime, findings, gone, boundMs, pauseMs } = this.#ports;
    const everyMs = random.int(pauseMs.min, pauseMs.max);
    const allowedMs = PUBLIC_KEEP_MS + boundMs;
    let servedMs = 0;
    for (;;) {
      await delay(everyMs);
      const answer = await this.#ask(post);
      if (answer === null) continue;
      if (answer.status !== 200) break;
      servedMs = downtime.upBetween(ackedMs, answer.askedMs);
      if (servedMs <= allowedMs) continue;
      findings.add("leak", `a visitor elsewhere is shown ${post}, ${servedMs} ms after: delete`);
      break;
    }
    gone.add("delete, public page where no purge comes: last served", servedMs);
  }

  async #ask(post: string) {
    const { people, elsewhereUrl } = this.#ports;
    const asking = { region: "us-east", at: await elsewhereUrl() } as const;
    return people.tryRead(null, `/v1/posts/${post}`, asking);
  }
}
