/** What one change does at one level; what was not asked of it is left out. */
export interface Finding {
  readonly level: string;
  readonly change: string;
  /** Largest deviation of a member's share from what it should be, relative to that. */
  readonly deviation?: number;
  /** Over its degrees of freedom. */
  readonly chiSquare?: number;
  /** Shares of all keys: those that moved, and the least that had to. */
  readonly moved?: number;
  readonly least?: number;
  /** From the change until shares are within a tenth of what they should be. */
  readonly balancedAfterMs?: number;
  readonly note?: string;
}
