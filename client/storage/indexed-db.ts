import { clear, createStore, delMany, entries, get, set } from "idb-keyval";

import type { KeyValueStore } from "./port.ts";

/** A database of that name, opened on first use; also for a service worker of the same origin. */
export function indexedDbStore(name: string): KeyValueStore {
  const store = createStore(name, "kept");
  return {
    get: (key) => get(key, store),
    set: (key, value) => set(key, value, store),
    delete: (keys) => delMany([...keys], store),
    entries: <T>() => entries<string, T>(store),
    clear: () => clear(store),
  };
}
