import { Outbox } from "../../client/outbox/outbox.ts";
import type { OutboxDeps, Word } from "../../client/outbox/ports.ts";
import { indexedDbStore } from "../../client/storage/indexed-db.ts";
import { type Transport, newKey } from "../../client/transport.ts";
import { outboxDb } from "./contract.ts";

export interface OpenOutbox {
  readonly outbox: Outbox;
  /** Stops it. `forget`: what was not sent never will be. */
  readonly close: (forget: boolean) => Promise<void>;
}

/** One person's outbox in a browser: pages and the service worker share store, lock and channel. */
export function browserOutbox(
  userId: string,
  /** Of the same person. */
  transport: Transport,
  own: Pick<OutboxDeps, "later" | "online">,
): OpenOutbox {
  const name = outboxDb(userId);
  const channel = new BroadcastChannel(name);
  const outbox = new Outbox({
    ...own,
    store: indexedDbStore(name),
    send: (request, idempotencyKey, signal) => transport.send(request, { idempotencyKey, signal }),
    alone: async (run, signal) =>
      await navigator.locks.request(name, { ...(signal !== undefined && { signal }) }, run),
    channel: {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it never leaves its origin
      tell: (word) => channel.postMessage(word),
      listen: (hear) =>
        channel.addEventListener("message", (event: MessageEvent<Word>) => hear(event.data)),
    },
    ticket: () => transport.writeTicket,
    acceptTicket: (ticket) => transport.acceptTicket(ticket),
    nowMs: () => Date.now(),
    random: () => Math.random(),
    newKey,
  });
  const close = async (forget: boolean): Promise<void> => {
    await (forget ? outbox.clear() : outbox.stop());
    channel.close();
  };
  return { outbox, close };
}
