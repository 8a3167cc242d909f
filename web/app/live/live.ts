import { type Realtime, createRealtime } from "../../../client/realtime.ts";
import { onFeed } from "../data/feed-query.ts";
import { onlineStore } from "../state/online.ts";
import { sessionToken } from "../state/session.ts";
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

/** Keeps the signed-in reader's screen alive until called back. */
export function startLive(): () => void {
  connection = createRealtime({
    baseUrl: "",
    token: sessionToken,
    onMessage,
    onGap: catchUp,
    onState: ({ status }) => {
      open = status === "open";
    },
  });
  const timer = setInterval(look, POLL_MS);
  const onVisible = (): void => {
    // A page that nobody looks at holds no connection.
    if (document.hidden) connection?.stop();
    else {
      connection?.start();
      look();
    }
  };
  onVisible();
  document.addEventListener("visibilitychange", onVisible);
  const unsubscribe = onlineStore.subscribe(() => {
    if (onlineStore.get()) look();
  });
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onVisible);
    unsubscribe();
    connection?.stop();
    connection = null;
    open = false;
  };
}
