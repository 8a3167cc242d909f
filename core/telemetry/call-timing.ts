/** Where one request of the feed Worker waited, ms; null: it did not. Clocks of isolates only move while they wait. */
export class CallTiming {
  cacheMs: number | null = null;
  rank: { readonly tookMs: number; readonly mode: string } | null = null;

  /**
   * As `Server-Timing` has it; empty when nobody was waited for.
   *
   * @param graphMs during which at least one call of the graph was under way; null: none was.
   */
  text(graphMs: number | null): string {
    const parts = [
      this.cacheMs === null ? "" : `cache;dur=${this.cacheMs}`,
      graphMs === null ? "" : `graph;dur=${graphMs}`,
      this.rank === null ? "" : `rank;dur=${this.rank.tookMs};desc="${this.rank.mode}"`,
    ];
    return parts.filter((part) => part !== "").join(", ");
  }
}
