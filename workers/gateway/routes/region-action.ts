import type { Failure } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { Region } from "../../../core/regions/regions.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import type { Outcome } from "../operation.ts";

interface Asked {
  readonly deps: Pick<GatewayDeps, "config">;
  readonly params: { readonly region: Region };
  readonly c: GatewayContext;
}

/** What an operator does to one region, in their name; `not_found` for one that is none of ours. */
export async function actOnRegion<T>(
  { deps, params: { region }, c }: Asked,
  act: (by: string) => Promise<Result<T, Failure>>,
): Outcome<T> {
  const isKnown = deps.config.regions.some((row) => row.region === region);
  if (!isKnown) return err({ code: "not_found", what: "region" });
  const done = await act(c.get("caller")?.subject.slice(0, LIMITS.pinByCharsMax) ?? "");
  return done.ok ? ok({ value: done.value, ticket: null }) : done;
}
