import { type Failure, FailureError } from "../../core/errors.ts";
import type { CallContext } from "../../core/feed/service.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Consistency } from "../../core/tao/service.ts";

/** What a read asks for, most lenient first. */
export const CONSISTENCIES = ["eventual", "ticket", "leader"] as const satisfies Consistency[];
export const CONSISTENCY_HEADER = "Edgewise-Consistency";
export const ALLOW_STALE_HEADER = "Edgewise-Allow-Stale";
export const STALE_HEADER = "Edgewise-Stale-Ms";
export const TICKET_HEADER = "Edgewise-Ticket";

/**
 * What the client has seen: one ticket, or those of answers in parallel with commas between. A ticket
 * only makes answers fresher: one that cannot be ours is left out. More than may be sent are a mistake
 * of the client, which would never hear of what it loses by it.
 *
 * @throws FailureError `invalid_request`, naming the header.
 */
export function ticketsOf(headers: Headers): string | null {
  const tickets = (headers.get(TICKET_HEADER) ?? "").split(",", LIMITS.ticketsMax + 1);
  if (tickets.length > LIMITS.ticketsMax)
    throw invalid(TICKET_HEADER, `has more than ${LIMITS.ticketsMax} tickets`);
  const possible = tickets
    .map((ticket) => ticket.trim())
    .filter((ticket) => ticket !== "" && ticket.length <= LIMITS.ticketCharsMax);
  return possible.length === 0 ? null : possible.join(",");
}

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
  if (consistency === undefined)
    throw invalid(CONSISTENCY_HEADER, `is one of ${CONSISTENCIES.join(", ")}`);
  if (allow !== null && allow !== "1") throw invalid(ALLOW_STALE_HEADER, "is one of 1");
  return { consistency, allowStale: allow === "1" };
}

const DEFAULT = { consistency: "ticket", allowStale: false } as const;

const invalid = (field: string, reason: string) =>
  new FailureError({ code: "invalid_request", field, reason } satisfies Failure);
