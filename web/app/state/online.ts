import { createStore } from "./store.ts";

/**
 * Whether answers come: the browser says so, and the last call got one. A browser only knows
 * about its own cable; a call finds out about the rest of the way.
 */
export const onlineStore = createStore(navigator.onLine);

let answered = true;
const update = (): void => onlineStore.set(navigator.onLine && answered);

export function noteAnswer(came: boolean): void {
  answered = came;
  update();
}

addEventListener("online", () => noteAnswer(true));
addEventListener("offline", update);
