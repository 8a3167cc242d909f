/** What the bench itself counts, from outside of the product. */
export class Tally {
  visits = 0;
  requests = 0;
  /** Pages of feeds that were asked for although L1 may have had them: further down, and the newest. */
  anew = 0;
  images = 0;
  writes = 0;
  visitors = 0;
  readonly failures = new Map<string, number>();
  /** Pages of home feeds that reached the product, by whether their reader had read in the last half hour. */
  readonly feed = { active: { asked: 0, hits: 0 }, others: { asked: 0, hits: 0 } };

  feedPage(wasHere: boolean, isHit: boolean): void {
    const counts = wasHere ? this.feed.active : this.feed.others;
    counts.asked++;
    if (isHit) counts.hits++;
  }

  failed(what: string): void {
    this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
  }

  /** Of what is measured: the warm-up is not. */
  reset(): void {
    this.visits = this.requests = this.anew = this.images = this.writes = this.visitors = 0;
    this.feed.active = { asked: 0, hits: 0 };
    this.feed.others = { asked: 0, hits: 0 };
  }
}
