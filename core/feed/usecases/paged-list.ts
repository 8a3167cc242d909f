import { ok } from "../../result.ts";
import type { Call, Outcome } from "../call.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { fillPage, type PageSource } from "../paging.ts";
import type { PageRequest } from "../service.ts";
import { required } from "../stage.ts";

/** A page of the list named `kind`, between the client's cursor and the next one. */
export async function pagedList<T>(
  call: Call,
  kind: string,
  request: PageRequest,
  load: PageSource<T>["load"],
): Outcome<{ items: T[]; cursor: string | null }> {
  const scope = { kind, viewer: call.viewer };
  const nowMs = call.clock.nowMs();
  const after = decodeCursor(request.cursor, scope, nowMs, call.signer);
  if (!after.ok) return after;
  const page = await fillPage<T>({
    limit: request.limit,
    after: after.value,
    load: (from, count) => required(call, () => load(from, count)),
  });
  if (!page.ok) return page;
  const { items, next } = page.value;
  const cursor = next === null ? null : encodeCursor(scope, next, nowMs, call.signer);
  return ok({ items: [...items], cursor });
}
