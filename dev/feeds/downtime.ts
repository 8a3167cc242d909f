/** When the product was away because we killed it: nobody can take anything back then. */
export class Downtime {
  readonly #spells: { readonly fromMs: number; toMs: number }[] = [];

  begin(nowMs: number): void {
    this.#spells.push({ fromMs: nowMs, toMs: Infinity });
  }

  end(nowMs: number): void {
    const last = this.#spells.at(-1);
    if (last !== undefined) last.toMs = nowMs;
  }

  /** Milliseconds from one moment to the other in which the product was up. */
  upBetween(fromMs: number, toMs: number): number {
    const away = this.#spells.reduce(
      (sum, spell) =>
        sum + Math.max(0, Math.min(toMs, spell.toMs) - Math.max(fromMs, spell.fromMs)),
      0,
    );
    return Math.max(0, toMs - fromMs - away);
  }
}
