import { forgetDrafts } from "../composer/draft.ts";
import { forgetPages } from "../data/query-client.ts";
import { forgetPlaces } from "../state/keep-place.ts";
import { navigate } from "../state/location.ts";
import { sessionStore, setSession } from "../state/session.ts";

/** Leaves nothing of this person for the next. */
export function signOut(): void {
  forgetDrafts();
  setSession(null);
  navigate("/", "replace");
}

/**
 * Pages go with whom they were read for, whichever way that person leaves: here, in another
 * tab, or because the token is no longer good. Call before anything renders.
 */
export function forgetWhoLeaves(): void {
  let present = sessionStore.get()?.user.id;
  sessionStore.subscribe(() => {
    const next = sessionStore.get()?.user.id;
    if (present !== undefined && next !== present) {
      forgetPages();
      forgetPlaces();
    }
    present = next;
  });
}
