import { type Failure, FailureError } from "../../../core/errors.ts";
import {
  eventsQuerySchema,
  type IssuedSocketTicket,
  pollAnswerSchema,
  pollQuerySchema,
  queryPlace,
  socketQuerySchema,
  socketTicketSchema,
} from "../../../core/feed/realtime/schemas.ts";
import type { Listener } from "../../../core/feed/realtime/service.ts";
import {
  decodeSocketTicket,
  encodeSocketTicket,
} from "../../../core/feed/realtime/socket-ticket.ts";
import { parseId } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import type { Region } from "../../../core/regions/regions.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { SocketConnection } from "../../../platform/socket-connection.ts";
import type { GatewayContext, GatewayDeps } from "../context.ts";
import { operation } from "../operation.ts";
import {
  offeredTicket,
  PROTOCOL,
  requireKnownOrigin,
  requireUpgrade,
  resumeHeader,
} from "../realtime-request.ts";

const tag = "Realtime";

/** The signed-in user of a request whose access is `viewer`. */
function listenerOf(c: GatewayContext): Listener {
  const caller = c.get("caller");
  if (caller === null)
    throw new FailureError({ code: "unauthenticated", reason: "send a token or a ticket" });
  const viewer = parseId(caller.viewer ?? "");
  if (viewer === null)
    throw new FailureError({ code: "forbidden", reason: "this needs a user's token" });
  return { viewer, untilMs: caller.expiresAtMs };
}

interface Who extends Listener {
  readonly region: Region;
  readonly nonce: string | null;
}

/** By token, or by ticket, which brings its region along so that it is good in one bucket alone. */
function whoOf(
  c: GatewayContext,
  { config, signer }: GatewayDeps,
  ticket: string | null,
): Result<Who, Failure> {
  if (c.get("caller") !== null || ticket === null)
    return ok({ ...listenerOf(c), region: c.get("region"), nonce: null });
  const decoded = decodeSocketTicket(ticket, c.get("nowMs"), signer);
  if (!decoded.ok) return decoded;
  if (config.regions.some(({ region }) => region === decoded.value.region)) return decoded;
  return err({ code: "unauthenticated", reason: "the socket's ticket is of no region of ours" });
}

async function connect(
  { sockets }: GatewayDeps,
  { region, ...who }: Who,
  kind: SocketConnection["kind"],
  rest: Pick<SocketConnection, "place" | "watch">,
): Promise<Result<Response, Failure>> {
  const { viewer, untilMs, nonce } = who;
  const answer = await sockets.connect(region, { kind, viewer, untilMs, nonce, ...rest });
  // The object says why it refused as a failure's JSON; a socket is refused by its close code.
  if (!answer.ok || answer.value.status < 400) return answer;
  return err(await answer.value.json<Failure>());
}

const newNonce = ({ random }: GatewayDeps): string =>
  [random.next(), random.next()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join("x");

export const realtimeOperations = [
  operation({
    id: "socketTicket",
    priority: "realtime",
    method: "post",
    writes: false,
    path: "/v1/realtime/ticket",
    tag,
    cache: "personal",
    summary: "A ticket for one socket or event stream: browsers can set no header on those",
    access: "viewer",
    rate: "read",
    status: 200,
    answer: socketTicketSchema,
    async handle({ deps, c }) {
      const [nowMs, region] = [c.get("nowMs"), c.get("region")];
      const nonce = newNonce(deps);
      const ticket = encodeSocketTicket({ ...listenerOf(c), region, nonce }, nowMs, deps.signer);
      const value: IssuedSocketTicket = { ticket, expiresAtMs: nowMs + LIMITS.socketTicketMs };
      return ok({ value, ticket: null });
    },
  }),
  operation({
    id: "socket",
    priority: "realtime",
    method: "get",
    path: "/v1/realtime",
    tag,
    cache: "personal",
    summary: `WebSocket "${PROTOCOL}": say {"type":"resume"} first, then hear every ServerMessage`,
    access: "anyone",
    rate: "socket",
    connects: "websocket",
    query: socketQuerySchema,
    status: 101,
    answer: null,
    failures: ["forbidden"],
    async handle({ deps, c, query }) {
      requireUpgrade(c);
      requireKnownOrigin(c, deps.config);
      const offered = offeredTicket(c);
      const who = whoOf(c, deps, offered.ticket ?? query.ticket ?? null);
      if (!who.ok) return who;
      const answer = await connect(deps, who.value, "socket", { place: null, watch: [] });
      if (!answer.ok) return answer;
      const { webSocket } = answer.value;
      if (!webSocket) return ok({ value: answer.value, ticket: null });
      const headers = { ...(offered.named && { "sec-websocket-protocol": PROTOCOL }) };
      return ok({ value: new Response(null, { status: 101, webSocket, headers }), ticket: null });
    },
  }),
  operation({
    id: "eventStream",
    priority: "realtime",
    method: "get",
    path: "/v1/realtime/events",
    tag,
    cache: "personal",
    summary: "The same messages as server-sent events, where a WebSocket does not get through",
    access: "anyone",
    rate: "socket",
    connects: "event-stream",
    query: eventsQuerySchema,
    status: 200,
    answer: null,
    failures: ["forbidden", "limit_reached"],
    async handle({ deps, c, query }) {
      requireKnownOrigin(c, deps.config);
      const who = whoOf(c, deps, query.ticket ?? null);
      if (!who.ok) return who;
      const place = resumeHeader(c) ?? queryPlace(query);
      const answer = await connect(deps, who.value, "events", { place, watch: query.watch ?? [] });
      if (!answer.ok) return answer;
      const headers = {
        ...c.get("headers"),
        "content-type": "text/event-stream",
        "cache-control": "private, no-store, no-transform",
      };
      const { body } = answer.value;
      return ok({ value: new Response(body, { status: 200, headers }), ticket: null });
    },
  }),
  operation({
    id: "poll",
    priority: "realtime",
    waits: true,
    method: "get",
    path: "/v1/realtime/poll",
    tag,
    cache: "personal",
    summary: "What there is to hear since your last poll; waits for it if you like",
    access: "viewer",
    rate: "read",
    query: pollQuerySchema,
    status: 200,
    answer: pollAnswerSchema,
    failures: ["limit_reached"],
    async handle({ deps, c, query }) {
      const { watch = [], wait = 0 } = query;
      const place = queryPlace(query);
      const request = { ...listenerOf(c), place, watch, waitMs: wait };
      const answer = await deps.sockets.poll(c.get("region"), request);
      return answer.ok ? ok({ value: answer.value, ticket: null }) : answer;
    },
  }),
  operation({
    id: "caughtUp",
    priority: "realtime",
    method: "post",
    writes: false,
    path: "/v1/realtime/caught-up",
    tag,
    cache: "personal",
    summary: "You have seen the top of your feed: the count of new posts starts over",
    access: "viewer",
    rate: "read",
    status: 204,
    answer: null,
    async handle({ deps, c }) {
      const { viewer } = listenerOf(c);
      const told = await deps.sockets.caughtUp(c.get("region"), viewer);
      return told.ok ? ok({ value: null, ticket: null }) : told;
    },
  }),
];
