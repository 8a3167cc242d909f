import { type Failure, FailureError } from "../../core/errors.ts";
import type { CallContext } from "../../core/feed/service.ts";
import type { Consistency } from "../../core/tao/service.ts";

/** What a read asks for, most lenient first. */
export const CONSISTENCIES = ["eventual", "ticket", "leader"] as const satisfies Consistency[];
export const CONSISTENCY_HEADER = "Edgewise-Consistency";
export const ALLOW_STALE_HEADER = "Edgewise-Allow-Stale";
export const STALE_HEADER = "Edgewise-Stale-Ms";

/**
 * How fresh the answer must be. A write decides on what its ticket says, whatever is asked.
 *
 * @throws FailureError `invalid_request`, naming the header.
 */
export function freshnessOf(
  headers: Headers,
  isRead: boolean,
): Pick<CallContext, "consistency" | "allowStale"> {
  const [asked, allow] = [headers.get(CONSISTENCY_HEADER), headers.get(ALLOW_STALE_HEADER)];
  if (!isRead || (asked === null && allow === null)) return DEFAULT;
  const consistency = asked === null ? "ticket" : CONSISTENCIES.find((known) => known === asked);
  if (consistency === undefined) throw invalid(CONSISTENCY_HEADER, CONSISTENCIES.join(", "));
  if (allow !== null && allow !== "1") throw invalid(ALLOW_STALE_HEADER, "1");
  return { consistency, allowStale: allow === "1" };
}

const DEFAULT = { consistency: "ticket", allowStale: false } as const;

const invalid = (field: string, known: string) =>
  new FailureError({
    code: "invalid_request",
    field,
    reason: `is one of ${known}`,
  } satisfies Failure);
