import type { NewWrite, OutboxItem } from "../../../client/outbox/items.ts";
import type { Outbox, Outcome } from "../../../client/outbox/outbox.ts";
import type { Ending } from "../../../client/outbox/ports.ts";
import { browserOutbox } from "../../sw/browser-outbox.ts";
import { OUTBOX_SYNC } from "../../sw/contract.ts";
import { onlineStore } from "../state/online.ts";
import { createStore } from "../state/store.ts";
import { showToast } from "../state/toasts.ts";
import type { About } from "./about.ts";
import { api } from "./api.ts";

/** What waits or was given up, in order. */
export const outboxStore = createStore<readonly OutboxItem[]>([]);

interface Open {
  readonly userId: string;
  readonly outbox: Outbox;
  readonly close: () => void;
}
let current: Open | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Call when somebody is signed in; what they left waiting is sent. */
export function openOutbox(
  userId: string,
  onEnd: (item: OutboxItem, ending: Ending) => void,
): void {
  if (current?.userId === userId) return;
  const { outbox, close } = browserOutbox(userId, api.transport, {
    later: (run, ms) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    },
    online: () => navigator.onLine || onlineStore.get(),
  });
  current = { userId, outbox, close };
  outbox.onEnd(onEnd);
  outbox.subscribe(() => {
    if (current?.outbox === outbox) outboxStore.set(outbox.items);
  });
  void outbox.start().then(() => outboxStore.set(outbox.items));
}

/** The connection is back, or the reader asks. */
export const sendNow = (): void => void current?.outbox.kick();

onlineStore.subscribe(() => {
  if (onlineStore.get()) sendNow();
});

/** Keeps the write and sends it as soon as it can be; the screen shows it already. */
export async function submit(
  write: Omit<NewWrite, "about"> & { readonly about: About },
): Promise<Outcome> {
  if (current === null) throw new Error("nobody is signed in");
  const outcome = await current.outbox.submit(write);
  if (outcome.at === "queued") void askForSync();
  if (outcome.at === "failed" && outcome.refusal.code === "outbox_full")
    showToast(outcome.refusal.detail, { tone: "error" });
  return outcome;
}

export const takeBack = (id: string): Promise<OutboxItem | null> =>
  current?.outbox.cancel(id) ?? Promise.resolve(null);
export const sendAgain = (id: string): Promise<void> =>
  current?.outbox.retry(id) ?? Promise.resolve();

/** Whoever comes next opens their own. `forget`: what was not sent never will be. */
export async function closeOutbox(forget: boolean): Promise<void> {
  const leaving = current;
  current = null;
  clearTimeout(timer);
  outboxStore.set([]);
  if (forget) await leaving?.outbox.clear();
  leaving?.close();
}

/** Where the browser offers it, the service worker sends what waits after the page is closed. */
async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  const { sync } = (registration ?? {}) as { sync?: { register(tag: string): Promise<void> } };
  await sync?.register(OUTBOX_SYNC).catch(() => undefined);
}
