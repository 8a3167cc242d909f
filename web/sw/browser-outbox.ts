import { Outbox } from "../../client/outbox/outbox.ts";
import type { OutboxDeps, Word } from "../../client/outbox/ports.ts";
import { indexedDbStore } from "../../client/storage/indexed-db.ts";
import { type Transport, newKey } from "../../client/transport.ts";
import { outboxDb } from "./contract.ts";

/** One person's outbox in a browser: pages and the service worker share store, lock and channel. */
export function browserOutbox(
  userId: string,
  transport: Transport,
  own: Pick<OutboxDeps, "later" | "online">,
): { readonly outbox: Outbox; readonly close: () => void } {
  const name = outboxDb(userId);
  const channel = new BroadcastChannel(name);
  const outbox = new Outbox({
    ...own,
    store: indexedDbStore(name),
    send: (request, idempotencyKey) => transport.send(request, { idempotencyKey }),
    alone: async (run) => await navigator.locks.request(name, run),
    channel: {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it never leaves its origin
      tell: (word) => channel.postMessage(word),
      listen: (hear) =>
        channel.addEventListener("message", (event: MessageEvent<Word>) => hear(event.data)),
    },
    ticket: () => transport.ticket,
    acceptTicket: (ticket) => transport.acceptTicket(ticket),
    nowMs: () => Date.now(),
    random: () => Math.random(),
    newKey,
  });
  return { outbox, close: () => channel.close() };
}
