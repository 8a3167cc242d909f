import { forgetDrafts } from "../composer/draft.ts";
import { account } from "../data/account.ts";
import { closeOutbox, outboxStore } from "../data/outbox.ts";
import { queryClient } from "../data/query-client.ts";
import { forgetSeen } from "../feed/seen.ts";
import { plural } from "../format/count.ts";
import { forgetPlaces } from "../state/keep-place.ts";
import { navigate } from "../state/location.ts";
import { dropSession, sessionStore } from "../state/session.ts";
import { confirmed } from "../ui/confirm.tsx";
import { forgetWorkerSession } from "./service-worker.ts";

/** Leaves nothing of this person for the next. */
export async function signOut(): Promise<void> {
  const waiting = outboxStore.get().length;
  const sure =
    waiting === 0 ||
    (await confirmed(
      "Sign out now?",
      `${plural(waiting, "change")} could not be sent yet, and will be lost.`,
      "Sign out",
    ));
  const leaving = account();
  if (!sure || leaving === null) return;
  forgetDrafts();
  await closeOutbox(leaving, true);
  dropSession(leaving.token);
  navigate("/", "replace");
}

/**
 * Pages go with whom they were read for, whichever way that person leaves: here, in another
 * tab, or because the token is no longer good. What they wrote and could not send stays theirs:
 * it is sent when they are back. Their account and its outbox end by themselves. Call before anything renders.
 */
export function forgetWhoLeaves(): void {
  let present = sessionStore.get()?.user.id;
  sessionStore.subscribe(() => {
    const next = sessionStore.get()?.user.id;
    if (present !== undefined && next !== present) {
      queryClient.clear();
      forgetPlaces();
      forgetSeen();
      void forgetWorkerSession();
    }
    present = next;
  });
}
