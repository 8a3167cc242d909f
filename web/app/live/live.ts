import { type Realtime, createRealtime } from "../../../client/realtime.ts";
import type { Account } from "../../../client/account.ts";
import { onFeed } from "../data/feed-query.ts";
import { onlineStore } from "../state/online.ts";
import { catchUp, onMessage } from "./effects.ts";
import { lookForNews, lookForNotifications } from "./news.ts";

/** Without a connection that tells: how often a page that is being looked at asks. */
const POLL_MS = 30_000;

let connection: Realtime | null = null;
let open = false;

/** Posts in sight, whose counts should be alive. */
export const watchPosts = (ids: readonly string[]): void => connection?.watch(ids);

onFeed((what) => {
  if (what === "caught-up") connection?.caughtUp();
  else void lookForNews();
});

function look(): void {
  if (document.hidden || open) return;
  void lookForNews();
  void lookForNotifications();
}

/** Keeps the reader's screen alive, as them, until they leave or it is called back. */
export function startLive(reader: Account): () => void {
  const mine = createRealtime({
    baseUrl: "",
    token: () => reader.token,
    onMessage,
    onGap: catchUp,
    onState: ({ status }) => {
      open = status === "open";
    },
  });
  connection = mine;
  // At once: what it hears is not for whoever comes after.
  const leave = (): void => {
    document.removeEventListener("visibilitychange", onVisible);
    mine.stop();
  };
  const timer = setInterval(look, POLL_MS);
  const onVisible = (): void => {
    // A page that nobody looks at holds no connection.
    if (document.hidden) mine.stop();
    else {
      mine.start();
      look();
    }
  };
  if (!reader.left.aborted) onVisible();
  reader.left.addEventListener("abort", leave);
  document.addEventListener("visibilitychange", onVisible);
  const unsubscribe = onlineStore.subscribe(() => {
    if (onlineStore.get()) look();
  });
  return () => {
    clearInterval(timer);
    unsubscribe();
    leave();
    reader.left.removeEventListener("abort", leave);
    connection = null;
    open = false;
  };
}
