import { useQueryClient } from "@tanstack/react-query";

import { outboxStore, sendNow } from "../data/outbox.ts";
import { plural } from "../format/count.ts";
import { relativeTime } from "../format/time.ts";
import { nowStore } from "../state/now.ts";
import { effectsStore } from "../state/level.ts";
import { onlineStore } from "../state/online.ts";
import { placeStore } from "../state/location.ts";
import { matchRoute, type Route } from "../state/routes.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icon.tsx";
import { openOutboxDialog } from "./outbox-dialog.tsx";

/** The query that a page is made of: its age is the page's. */
function queryKeyOf(route: Route): readonly string[] | null {
  switch (route.at) {
    case "home":
      return ["feed"];
    case "post":
      return ["post", route.id];
    case "profile":
      return ["profile", route.handle];
    case "notifications":
      return ["notifications"];
    default:
      return null;
  }
}

/** Says that there is no connection, how old the page is, and what waits to be sent. */
export function StatusStrip() {
  const online = useStore(onlineStore);
  const { readOnly } = useStore(effectsStore);
  const now = useStore(nowStore);
  const place = useStore(placeStore);
  const client = useQueryClient();
  const waiting = useStore(outboxStore).filter(
    (item) => item.state === "queued" && (item.tries > 0 || !online),
  );
  if (online && waiting.length === 0) return <div role="status" />;
  const key = queryKeyOf(matchRoute(place.path));
  const atMs = key === null ? undefined : client.getQueryState(key)?.dataUpdatedAt;
  return (
    <div class="status-strip" role="status">
      <Icon name={online ? "refresh" : "offline"} size={18} />
      <span class="grow">
        {inWords(online, readOnly)}
        {!online &&
          atMs !== undefined &&
          atMs > 0 &&
          ` This page is as of ${agoInWords(atMs, now)}.`}
      </span>
      {waiting.length > 0 && (
        <button type="button" class="text-button" onClick={openOutboxDialog}>
          {plural(waiting.length, "change")} waiting
        </button>
      )}
      {online && !readOnly && (
        <button type="button" class="text-button" onClick={sendNow}>
          Send now
        </button>
      )}
    </div>
  );
}

function inWords(online: boolean, readOnly: boolean): string {
  if (!online) return "You are offline.";
  return readOnly ? "Kept here, and sent once that is possible." : "Connected again.";
}

function agoInWords(thenMs: number, nowMs: number): string {
  const text = relativeTime(thenMs, Math.max(nowMs, Date.now()));
  if (text === "now") return "just now";
  return /^[0-9]+[mhd]$/.test(text) ? `${text} ago` : text;
}
