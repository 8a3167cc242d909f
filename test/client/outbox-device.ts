import { orAborted } from "../../client/or-aborted.ts";
import { Outbox } from "../../client/outbox/outbox.ts";
import type { Ending, Word } from "../../client/outbox/ports.ts";
import { memoryStore } from "../../client/storage/memory.ts";

/** One device: a store, a lock and a channel that its tabs share, and a server. */
export function device() {
  const store = memoryStore();
  /** As a busy device has it: what was read is a moment old when it arrives. */
  const slow: typeof store = {
    ...store,
    entries: async <T>() => {
      const read = await store.entries<T>();
      await new Promise((resolve) => setTimeout(resolve, 5));
      return read;
    },
  };
  const world = {
    online: true,
    nowMs: 1_000_000,
    sent: [] as string[],
    keys: [] as string[],
    /** What the next calls answer: a problem to throw, or a promise to wait for. */
    script: [] as (Error | Promise<unknown>)[],
    timers: [] as { run: () => void; ms: number }[],
    tickets: [] as string[],
    /** What is under way cannot be called back. */
    deaf: false,
    told: 0,
    /** How long a word is on its way to another tab; 0: it is there at once. */
    wordMs: 0,
  };
  const tabs: ((word: Word) => void)[] = [];
  let holding: Promise<unknown> = Promise.resolve();
  let keys = 0;
  const tab = () => {
    const ends: string[] = [];
    let own: ((word: Word) => void) | undefined;
    const outbox = new Outbox({
      store: slow,
      send: async (request, key, signal) => {
        world.sent.push(`${request.method} ${request.path}`);
        world.keys.push(key);
        const next = world.script.shift();
        if (next instanceof Error) throw next;
        const answer = world.deaf ? next : orAborted(Promise.resolve(next), signal);
        return (await answer) ?? { done: request.path };
      },
      alone: (run, signal) => {
        const mine = holding.then(() => {
          signal?.throwIfAborted();
          return run();
        });
        holding = mine.catch(() => null);
        return mine;
      },
      channel: {
        tell: (word) => {
          world.told++;
          const others = tabs.filter((hear) => hear !== own);
          const arrive = (): void => {
            for (const hear of others) hear(structuredClone(word));
          };
          if (world.wordMs === 0) arrive();
          else setTimeout(arrive, world.wordMs);
        },
        listen: (hear) => {
          own = hear;
          tabs.push(hear);
        },
      },
      later: (run, ms) => void world.timers.push({ run, ms }),
      online: () => world.online,
      ticket: () => "t-9",
      acceptTicket: (ticket) => void world.tickets.push(ticket),
      nowMs: () => world.nowMs,
      random: () => 0.5,
      newKey: () => `key-${++keys}`,
    });
    outbox.onEnd((item, ending) => void ends.push(`${String(item.about)} ${endingWord(ending)}`));
    return { outbox, ends };
  };
  return { store, world, tab };
}

const endingWord = (ending: Ending): string => (ending.at === "dropped" ? ending.why : ending.at);
