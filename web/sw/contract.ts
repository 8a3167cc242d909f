/** What the app and its service worker call each other by. */
export const SKIP_WAITING = "skip-waiting";
export const OUTBOX_SYNC = "edgewise-outbox";
export const MEDIA_CACHE = "edgewise-media";

/** Each person's own databases: on a shared machine nobody finds what another read or wrote. */
export const pagesDb = (userId: string): string => `edgewise-pages-${userId}`;
export const outboxDb = (userId: string): string => `edgewise-outbox-${userId}`;

/** Where the app leaves its session, since a worker cannot read localStorage. */
export const WORKER_DB = "edgewise-worker";
export const SESSION_KEY = "session";
export interface WorkerSession {
  readonly userId: string;
  readonly token: string;
  readonly expiresAtMs: number;
}
