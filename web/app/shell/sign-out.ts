import { forgetDrafts } from "../composer/draft.ts";
import { forgetPages } from "../data/query-client.ts";
import { forgetPlaces } from "../state/keep-place.ts";
import { navigate } from "../state/location.ts";
import { setSession } from "../state/session.ts";

/** Leaves nothing of this person for the next. */
export function signOut(): void {
  forgetDrafts();
  setSession(null);
  forgetPages();
  forgetPlaces();
  navigate("/", "replace");
}
