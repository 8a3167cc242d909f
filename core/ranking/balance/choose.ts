import type { Random } from "../../clock.ts";
import { fingerprint } from "../../hash.ts";
import { LIMITS } from "../../limits.ts";
import { isAway, isEjected, loadOf, type ServerHealth } from "./server-health.ts";

export interface Candidate {
  /** Origin. */
  readonly server: string;
  readonly health: ServerHealth;
}

/**
 * Who may be asked: not who is away, nor who fails all the time, unless so few are left that they would
 * drown (Envoy's panic threshold).
 */
export function usable(all: readonly Candidate[], nowMs: number): readonly Candidate[] {
  const here = all.filter(({ health }) => !isAway(health, nowMs));
  const well = here.filter(({ health }) => !isEjected(health, nowMs));
  return well.length < LIMITS.panicShare * here.length || well.length === 0 ? here : well;
}

/** Power of two choices: of two random candidates the one with less to do. Null of none. */
export function chooseLeast(
  candidates: readonly Candidate[],
  nowMs: number,
  random: Random,
): Candidate | null {
  const first = Math.floor(random.next() * candidates.length);
  const skip = Math.floor(random.next() * Math.max(0, candidates.length - 1));
  const a = candidates[first];
  const b = candidates[(first + 1 + skip) % candidates.length];
  if (a === undefined || b === undefined) return null;
  return loadOf(b.health, nowMs) < loadOf(a.health, nowMs) ? b : a;
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016), over rendezvous hashing:
 * a viewer's first server whose load, with `rows` more, stays within a factor of the mean. A server that
 * comes or goes moves only its own viewers.
 */
export function chooseSticky(
  candidates: readonly Candidate[],
  viewerId: string,
  rows: number,
  nowMs: number,
): Candidate | null {
  const loads = new Map(candidates.map((one) => [one.server, loadOf(one.health, nowMs)]));
  const total = [...loads.values()].reduce((sum, load) => sum + load, rows);
  const bound = (LIMITS.stickyLoadFactor * total) / Math.max(1, candidates.length);
  const order = candidates
    .map((candidate) => ({ candidate, rank: fingerprint(`${viewerId} ${candidate.server}`) }))
    .toSorted((a, b) => (a.rank < b.rank ? 1 : -1));
  const roomy = order.find(({ candidate }) => (loads.get(candidate.server) ?? 0) + rows <= bound);
  return (roomy ?? order[0])?.candidate ?? null;
}
