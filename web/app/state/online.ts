import { createStore } from "./store.ts";

/**
 * Whether answers come. A browser's word that there is a connection, or none, is about its own
 * cable, and is heard when it changes; the last call knows about the whole way.
 */
export const onlineStore = createStore(navigator.onLine);

export const noteAnswer = (came: boolean): void => onlineStore.set(came);

addEventListener("online", () => noteAnswer(true));
addEventListener("offline", () => noteAnswer(false));
