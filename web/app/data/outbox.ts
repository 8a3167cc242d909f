import type { Account } from "../../../client/account.ts";
import type { NewWrite, OutboxItem } from "../../../client/outbox/items.ts";
import { type Outcome, SIGNED_OUT } from "../../../client/outbox/outcomes.ts";
import type { Ending } from "../../../client/outbox/ports.ts";
import { type OpenOutbox, browserOutbox } from "../../sw/browser-outbox.ts";
import { OUTBOX_SYNC } from "../../sw/contract.ts";
import { onlineStore } from "../state/online.ts";
import { createStore } from "../state/store.ts";
import { showToast } from "../state/toasts.ts";
import type { About } from "./about.ts";

/** What waits or was given up, in order. */
export const outboxStore = createStore<readonly OutboxItem[]>([]);

let current: (OpenOutbox & { readonly of: Account }) | null = null;

/** Call when somebody is signed in; what they left waiting is sent, as them and until they leave. */
export function openOutbox(of: Account, onEnd: (item: OutboxItem, ending: Ending) => void): void {
  if (current?.of === of || of.left.aborted) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const opened = browserOutbox(of.userId, of.client.transport, {
    later: (run, ms) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    },
    online: () => navigator.onLine || onlineStore.get(),
  });
  const { outbox } = opened;
  current = { ...opened, of };
  of.left.addEventListener("abort", () => {
    clearTimeout(timer);
    void closeOutbox(of, false);
  });
  const show = (): void => {
    if (current?.of === of) outboxStore.set(outbox.items);
  };
  outbox.onEnd(onEnd);
  outbox.subscribe(show);
  void outbox.start().then(show);
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
  // In the moment of leaving.
  if (current === null) return SIGNED_OUT;
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

/** Nothing of theirs is sent or written down any more. `forget`: what was not sent never will be. */
export async function closeOutbox(of: Account, forget: boolean): Promise<void> {
  const leaving = current;
  if (leaving?.of !== of) return;
  current = null;
  outboxStore.set([]);
  await leaving.close(forget);
}

/** Where the browser offers it, the service worker sends what waits after the page is closed. */
async function askForSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  const { sync } = (registration ?? {}) as { sync?: { register(tag: string): Promise<void> } };
  await sync?.register(OUTBOX_SYNC).catch(() => undefined);
}
