/** What a run must have gone through to mean anything: a counter at zero is a hole in the simulation. */
export const REACHED = [
  "requests lost",
  "replies lost",
  "requests late",
  "duplicates",
  "links cut",
  "regions isolated",
  "leader crashes",
  "follower crashes",
  "coordinator crashes",
  "register conflicts",
  "register calls failed",
  "leases lapsed",
  "epochs begun",
  "hand-overs",
  "callers cut off",
  "alarms rung",
  "alarms late",
  "alarms failed",
  "store calls failed",
  "store outages",
  "commit replies lost",
  "commits late",
  "commits collided",
  "deposed commits refused",
  "log trimmed",
  "pushes",
  "gaps repaired",
  "fills",
  "fills discarded",
  "pulls",
  "caches dropped",
  "inverses sent",
  "group commits of several",
  "writes acknowledged",
  "writes replayed",
  "writes unknown",
  "preconditions failed",
  "reads answered",
  "reads refused",
  "stale answers",
] as const;
export type Reached = (typeof REACHED)[number];

export class Tally {
  readonly #counts = new Map<Reached, number>(REACHED.map((name) => [name, 0]));

  count(name: Reached, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  add(other: Tally): void {
    for (const [name, count] of other.#counts) this.count(name, count);
  }

  entries(): readonly (readonly [Reached, number])[] {
    return [...this.#counts];
  }

  /** What was never reached. */
  holes(): readonly Reached[] {
    return this.entries().flatMap(([name, count]) => (count === 0 ? [name] : []));
  }
}
