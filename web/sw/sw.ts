import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import {
  type PrecacheEntry,
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

import { MEDIA_CACHE, OUTBOX_SYNC, SKIP_WAITING } from "./contract.ts";
import { sendWaiting } from "./send-waiting.ts";

declare const self: ServiceWorkerGlobalScope;
/** The files of this build; put in by `service-worker-build.ts`. */
declare const PRECACHE: PrecacheEntry[];

/** Paths that the app routes itself; anything else under this origin is the server's. */
const APP_PATHS = /^\/(?:$|explore|notifications|requests|settings|post\/|u\/)/;
/** A few hundred KB each at most: an evening's pictures. */
const MEDIA_MAX = 150;
const WEEK_S = 7 * 24 * 3_600;

precacheAndRoute(PRECACHE);
cleanupOutdatedCaches();
registerRoute(new NavigationRoute(createHandlerBoundToURL("/"), { allowlist: [APP_PATHS] }));

// Their addresses name their bytes. Videos are too large to keep; answers of the API are kept
// per person by the client, and never here, where everybody who signs in could find them.
registerRoute(
  ({ url, request, sameOrigin }) =>
    sameOrigin && url.pathname.startsWith("/media/") && request.destination === "image",
  new CacheFirst({
    cacheName: MEDIA_CACHE,
    plugins: [
      new ExpirationPlugin({
        maxEntries: MEDIA_MAX,
        maxAgeSeconds: WEEK_S,
        purgeOnQuotaError: true,
      }),
    ],
  }),
);

// The first visit is looked after too; a later version waits until its reader agrees.
clientsClaim();
self.addEventListener("message", (event) => {
  if ((event.data as { type?: string } | null)?.type === SKIP_WAITING) void self.skipWaiting();
});

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}
// Not in the standard's types: only some browsers send it.
self.addEventListener("sync" as "message", (event) => {
  const sync = event as unknown as SyncEvent;
  if (sync.tag === OUTBOX_SYNC) sync.waitUntil(sendWaiting());
});
