import type { ServerMessage } from "./port.ts";
import type { Place } from "./stream.ts";

export interface Followed {
  /** Where the client is now; null before the first `hello`. */
  readonly place: Place | null;
  /** Something was missed that cannot be had: fetch again what is on the screen. */
  readonly lost: boolean;
}

/**
 * The client's half of the rule about numbers: whoever applies it to every message either
 * has been told everything, or knows that they have not.
 */
export function follow(place: Place | null, message: ServerMessage): Followed {
  switch (message.type) {
    case "hello": {
      const { life, seq, resumed } = message;
      if (resumed && place?.life === life) return { place, lost: false };
      // Of the same life a gap and what is left may follow; they lead up to `seq`.
      const known = place !== null && place.life === life && place.seq <= seq;
      return { place: known ? place : { life, seq }, lost: place !== null && !known };
    }
    case "gap":
      return { place: moved(place, message.to), lost: true };
    case "counts":
    case "pong":
    case "degraded":
      return { place, lost: false };
    case "new_posts":
    case "notifications":
    case "revoke":
    case "hide_author":
      return numbered(place, message);
  }
}

function numbered(
  place: Place | null,
  { seq, from = seq }: { readonly seq: number; readonly from?: number },
): Followed {
  if (place === null) return { place, lost: true };
  // Told again, or told beside the count (a post that was asked about and is gone): harmless.
  if (seq <= place.seq) return { place, lost: false };
  return { place: moved(place, seq), lost: from > place.seq + 1 };
}

const moved = (place: Place | null, seq: number): Place | null =>
  place === null ? null : { ...place, seq: Math.max(place.seq, seq) };
