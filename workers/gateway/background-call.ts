import type { CallContext } from "../../core/feed/service.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { GatewayDeps } from "./context.ts";

/** What the gateway itself asks the feed Worker with: nobody's call, as fresh as a new visitor's. */
export const backgroundCall = (
  { config, clock }: Pick<GatewayDeps, "config" | "clock">,
  region: Region = config.regions[0]?.region ?? "",
): CallContext => ({
  viewer: null,
  region,
  ticket: null,
  consistency: "ticket",
  allowStale: false,
  idempotencyKey: null,
  deadlineMs: clock.nowMs() + config.requestBudgetMs,
});
