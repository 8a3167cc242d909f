import { onFeed } from "../data/feed-query.ts";
import { onlineStore } from "../state/online.ts";
import { sessionToken } from "../state/session.ts";
import { onMessage } from "./effects.ts";
import { lookForNews, lookForNotifications } from "./news.ts";
import type { ConnectLive, LiveConnection } from "./port.ts";

/** Without a socket: how often a page that is being looked at asks. */
const POLL_MS = 30_000;

let connection: LiveConnection | null = null;
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

/**
 * Keeps the signed-in reader's screen alive until called back.
 * @param connect null where there are no sockets: then the app only polls.
 */
export function startLive(connect: ConnectLive | null): () => void {
  connection =
    connect?.({
      baseUrl: "",
      token: sessionToken,
      onMessage,
      onState: (state) => {
        open = state === "open";
      },
    }) ?? null;
  connection?.start();
  const timer = setInterval(look, POLL_MS);
  const onVisible = (): void => {
    if (!document.hidden) look();
  };
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
