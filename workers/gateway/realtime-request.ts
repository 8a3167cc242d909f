import { FailureError } from "../../core/errors.ts";
import type { Place } from "../../core/feed/realtime/stream.ts";
import { lifeText, placeNumber } from "../../core/feed/realtime/client-message.ts";
import type { GatewayContext } from "./context.ts";
import type { GatewayConfig } from "./env.ts";

/** The subprotocol that a client offers; its ticket may be offered beside it. */
export const PROTOCOL = "edgewise.v1";
const TICKET_PREFIX = "ticket.";

/** @throws FailureError `invalid_request` */
export function requireUpgrade(c: GatewayContext): void {
  if (c.req.raw.headers.get("upgrade")?.toLowerCase() === "websocket") return;
  const reason = "is websocket here; /v1/realtime/events and /poll need none";
  throw new FailureError({ code: "invalid_request", field: "Upgrade", reason });
}

/**
 * A browser names the page that connects, and asks nobody whether it may: so this does. What is
 * no browser names none.
 *
 * @throws FailureError `forbidden`
 */
export function requireKnownOrigin(c: GatewayContext, { corsOrigins }: GatewayConfig): void {
  const origin = c.req.raw.headers.get("origin");
  if (origin === null || origin === new URL(c.req.url).origin) return;
  if (corsOrigins.includes("*") || corsOrigins.includes(origin)) return;
  throw new FailureError({ code: "forbidden", reason: "this page's origin may not connect" });
}

/** What a client offers in `Sec-WebSocket-Protocol`. @throws FailureError `invalid_request` without our protocol. */
export function offeredTicket(c: GatewayContext): { named: boolean; ticket: string | null } {
  const header = c.req.raw.headers.get("sec-websocket-protocol");
  if (header === null) return { named: false, ticket: null };
  const offered = header.split(",").map((part) => part.trim());
  if (!offered.includes(PROTOCOL)) {
    const reason = `offers ${PROTOCOL}, or is left out`;
    throw new FailureError({ code: "invalid_request", field: "Sec-WebSocket-Protocol", reason });
  }
  const ticket = offered.find((part) => part.startsWith(TICKET_PREFIX));
  return { named: true, ticket: ticket?.slice(TICKET_PREFIX.length) ?? null };
}

/** `Last-Event-ID`, as an event stream's ids are: `life:seq`. Anything else begins now. */
export function resumeHeader(c: GatewayContext): Place | null {
  const header = c.req.raw.headers.get("last-event-id");
  const [, life, seq] = /^([^:]+):(\d+)$/.exec(header ?? "") ?? [];
  const parsed = lifeText.safeParse(life);
  const number = placeNumber.safeParse(Number(seq));
  return parsed.success && number.success ? { life: parsed.data, seq: number.data } : null;
}
