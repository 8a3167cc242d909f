import { indexedDbStore } from "../../../client/storage/indexed-db.ts";
import { SESSION_KEY, SKIP_WAITING, WORKER_DB, type WorkerSession } from "../../sw/contract.ts";
import { sessionStore } from "../state/session.ts";
import { showToast } from "../state/toasts.ts";

/** A page left open all day still learns of a new version. */
const LOOK_AGAIN_MS = 3_600_000;

/** Installs the worker, which makes the app open without a connection. */
export function startServiceWorker(): void {
  // From source, while developing, there is none.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // After the first page is there: its own files come first.
  addEventListener("load", () => void register().catch(() => undefined));
  sessionStore.subscribe(() => void leaveSession());
  void leaveSession();
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register("/sw.js");
  offerUpdate(registration);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offerUpdate(registration);
    });
  });
  let lookedAtMs = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - lookedAtMs < LOOK_AGAIN_MS) return;
    lookedAtMs = Date.now();
    void registration.update().catch(() => undefined);
  });
}

/** A new version waits, so that no page changes under its reader. */
function offerUpdate({ waiting }: ServiceWorkerRegistration): void {
  // The first worker of all replaces nothing.
  if (waiting === null || navigator.serviceWorker.controller === null) return;
  const run = (): void => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
      once: true,
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    waiting.postMessage({ type: SKIP_WAITING });
  };
  showToast("A new version of Edgewise is here.", {
    action: { label: "Reload", run },
    stays: true,
  });
}

const workerStore = indexedDbStore(WORKER_DB);

/** So that the worker can send what waits after the last page is closed. */
async function leaveSession(): Promise<void> {
  const session = sessionStore.get();
  if (session === null) return;
  const { token, expiresAtMs, user } = session;
  const left: WorkerSession = { userId: user.id, token, expiresAtMs };
  await workerStore.set(SESSION_KEY, left).catch(() => undefined);
}

export const forgetWorkerSession = (): Promise<void> => workerStore.clear().catch(() => undefined);
