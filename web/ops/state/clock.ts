import { createStore } from "../../app/state/store.ts";

/** For ages and countdowns: one timer for the whole page, this machine's clock, Unix ms. */
export const clockStore = createStore<number>(Date.now());
setInterval(() => clockStore.set(Date.now()), 1_000);
