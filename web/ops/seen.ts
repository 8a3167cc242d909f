/** What an action rests on: its revision, and what to show when another one came first. */
export interface Seen {
  /** Compare-and-set: sent with the action; null leaves it open. */
  readonly revision: number | null;
  /** In the words of the page, in order. */
  readonly facts: readonly (readonly [label: string, value: string])[];
}

/** What another's change has made of what the operator saw. */
export function changesOf(before: Seen, now: Seen): { label: string; was: string; is: string }[] {
  const old = new Map(before.facts);
  return now.facts
    .map(([label, is]) => ({ label, was: old.get(label) ?? "–", is }))
    .filter(({ was, is }) => was !== is);
}
