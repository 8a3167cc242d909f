import { createStore, type Store } from "./store.ts";

const TICK_MS = 30_000;

/** The time of day for relative times: one timer for the whole page. */
export const nowStore: Store<number> = createStore(Date.now());
setInterval(() => nowStore.set(Date.now()), TICK_MS);
