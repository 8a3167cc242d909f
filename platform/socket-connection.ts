import { z } from "zod";

import {
  placeNumber,
  lifeText,
  watchedPosts,
  placeOf,
} from "../core/feed/realtime/client-message.ts";
import type { Listener } from "../core/feed/realtime/service.ts";
import type { Place } from "../core/feed/realtime/stream.ts";
import { formatId, type Id, parseId } from "../core/ids.ts";

/** A connection on its way from the gateway, which knows who it is, to the object. */
export interface SocketConnection extends Listener {
  readonly kind: "socket" | "events";
  /** Of the ticket that it is opened with, which is good once; null with a token. */
  readonly nonce: string | null;
  /** Where an event stream begins; a socket says it itself. */
  readonly place: Place | null;
  readonly watch: readonly Id[];
}

const ORIGIN = "https://socket-bucket";

/** The address that only the gateway can use: a Worker's binding is the one way to an object. */
export function connectionUrl(connection: SocketConnection): string {
  const { kind, viewer, untilMs, nonce, place, watch } = connection;
  const query = new URLSearchParams({
    viewer: formatId(viewer),
    until: String(untilMs),
    ...(nonce !== null && { nonce }),
    ...(place !== null && { life: place.life, after: String(place.seq) }),
    ...(watch.length > 0 && { watch: watch.map(formatId).join(",") }),
  });
  return `${ORIGIN}/${kind}?${query}`;
}

const id = z.string().transform((text, context): Id => {
  const parsed = parseId(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: "is no id" });
  return z.NEVER;
});
const schema = z.object({
  kind: z.enum(["socket", "events"]),
  viewer: id,
  until: z.coerce.number().min(0),
  nonce: z.string().optional(),
  life: lifeText.optional(),
  after: z.coerce.number().pipe(placeNumber).optional(),
  watch: z
    .string()
    .optional()
    .transform((text) => (text ? text.split(",") : []))
    .pipe(watchedPosts),
});

/** @throws ZodError for an address that `connectionUrl` did not make. */
export function parseConnectionUrl(text: string): SocketConnection {
  const { pathname, searchParams } = new URL(text);
  const parsed = schema.parse({ kind: pathname.slice(1), ...Object.fromEntries(searchParams) });
  return {
    kind: parsed.kind,
    viewer: parsed.viewer,
    untilMs: parsed.until,
    nonce: parsed.nonce ?? null,
    place: placeOf(parsed.life, parsed.after),
    watch: parsed.watch,
  };
}
