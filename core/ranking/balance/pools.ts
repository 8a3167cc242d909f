import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";

/** Rankers that stand in for one another, as the configuration names them. */
export interface Pool {
  readonly name: string;
  /** Origins, without a trailing slash. Each has a breaker of its own. */
  readonly servers: readonly string[];
  /** Share of a region's calls, as a ratio; `*` is for regions that are not named. Without either: none. */
  readonly weights: Readonly<Record<Region, number>>;
  /** `sticky`: a viewer's calls go to one server while its load allows. */
  readonly pick: "least" | "sticky";
}

export const weightOf = ({ weights }: Pool, region: Region): number =>
  weights[region] ?? weights["*"] ?? 0;

/** How far each pool's turn is, by name. */
export type Turns = Readonly<Record<string, number>>;

/**
 * A pool's weight, by how much of it is well. A few that are not make no difference, since the others
 * carry their part; beyond that its share falls with it: Envoy's locality weights, with its factor.
 *
 * @param well share of its servers, 0 to 1.
 */
const weightWhen = (weight: number, well: number): number =>
  weight * Math.min(1, LIMITS.poolOverprovision * well);

/**
 * Smooth weighted round robin, as nginx has it: turns of a heavy pool are spread between those of
 * light ones. https://github.com/nginx/nginx/commit/52327e0627f49dbda1e8db695e63a4b0af4448b1
 * Where no pool has a server that is well, health says nothing, and weights alone decide.
 *
 * @param wellShare of a pool's servers, 0 to 1.
 * @returns whose turn it is first, then the others by weight: who is asked when it has nobody to answer.
 */
export function nextTurn(
  pools: readonly Pool[],
  region: Region,
  turns: Turns,
  wellShare: (pool: Pool) => number = () => 1,
): { readonly order: readonly Pool[]; readonly turns: Turns } {
  const own = pools
    .map((pool) => ({ pool, full: weightOf(pool, region) }))
    .filter(({ full }) => full > 0)
    .map(({ pool, full }) => ({ pool, full, weight: weightWhen(full, wellShare(pool)) }));
  const isAnyWell = own.some(({ weight }) => weight > 0);
  const weighed = isAnyWell ? own : own.map((one) => ({ ...one, weight: one.full }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const due = weighed.map(({ pool, weight }) => ({
    pool,
    weight,
    turn: (turns[pool.name] ?? 0) + weight,
  }));
  const [first] = due.filter(({ weight }) => weight > 0).toSorted((a, b) => b.turn - a.turn);
  const others = due.filter((one) => one !== first).toSorted((a, b) => b.weight - a.weight);
  return {
    order: [...(first === undefined ? [] : [first]), ...others].map(({ pool }) => pool),
    turns: Object.fromEntries(
      due.map((one) => [one.pool.name, one === first ? one.turn - total : one.turn]),
    ),
  };
}
