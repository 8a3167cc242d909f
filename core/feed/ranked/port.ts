import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import type { Act, ClientEvents } from "../../ranking/behaviour.ts";
import type { RankAnswer, RankRequest } from "../../ranking/service.ts";
import type { Slate } from "../../ranking/slate.ts";
import type { Tallies } from "../../ranking/tallies.ts";
import type { Weighing } from "../../ranking/weighing.ts";
import type { Region } from "../../regions/regions.ts";
import type { Result } from "../../result.ts";

/**
 * What a feed asks when it is ranked. Whatever is away, late or broken fails, within the budget given: no
 * call throws, and none hangs.
 */
export interface RankingPort {
  /** What actions are worth at the moment. */
  readonly weighing: Weighing;
  /** Object calls so far. */
  calls(): number;
  /** What the viewer's feature bucket has counted under these keys. */
  facts(
    region: Region,
    viewer: Id,
    keys: readonly string[],
    budgetMs: number,
  ): Promise<Result<Tallies, Failure>>;
  /** @param budgetMs a little longer than the request's own deadline: the proxy answers by that. */
  rank(request: RankRequest, budgetMs: number): Promise<Result<RankAnswer, Failure>>;
  /** Keeps what was scored, until it is known what became of it. */
  keep(region: Region, slate: Slate): Promise<Result<unknown, Failure>>;
  /** What a client tells of a slate. */
  tell(region: Region, events: ClientEvents): Promise<Result<unknown, Failure>>;
  /** What a viewer did, as a write of theirs says. */
  act(region: Region, act: Act): Promise<Result<unknown, Failure>>;
}
