import { report } from "../../platform/telemetry.ts";
import { purgeFailed } from "../../core/telemetry/events.ts";
import type { GatewayDeps } from "./context.ts";
import type { Operation } from "./operation.ts";

/**
 * After a write: what shows it must go from the caches. The answer does not wait, and a purge
 * that fails only leaves pages to their age (`PUBLIC_KEEP_MS`), so it never fails the write.
 */
export function purgeAfter(
  op: Operation,
  call: Parameters<Operation["handle"]>[0],
  answer: unknown,
): void {
  const tags = op.purges?.(call, answer) ?? [];
  if (tags.length === 0) return;
  const { c, deps } = call;
  c.executionCtx.waitUntil(purge(deps, new URL(c.req.url).origin, tags));
}

async function purge(
  { pages, zone }: GatewayDeps,
  origin: string,
  tags: readonly string[],
): Promise<void> {
  const everywhere = zone === null ? [] : [zone.purge(tags)];
  for (const result of await Promise.all([pages.purge(origin, tags), ...everywhere])) {
    if (!result.ok) report(purgeFailed(tags.length, result.error));
  }
}
