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
  const { origin } = new URL(c.req.url);
  const purges = [deps.pages.purge(origin, tags), ...(deps.zone ? [deps.zone.purge(tags)] : [])];
  const settled = Promise.all(purges).then((results) => {
    for (const result of results) {
      if (!result.ok) console.error({ event: "purge_failed", tags: tags.length, ...result.error });
    }
  });
  c.executionCtx.waitUntil(settled);
}
