import type { KeyValueStore } from "./port.ts";

/** Keeps for as long as the process runs. Copies, as a real store does. */
export function memoryStore(): KeyValueStore {
  const kept = new Map<string, string>();
  return {
    get: async <T>(key: string) => {
      const text = kept.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as T);
    },
    set: async (key, value) => void kept.set(key, JSON.stringify(value)),
    delete: async (keys) => {
      for (const key of keys) kept.delete(key);
    },
    entries: async <T>() =>
      [...kept].map(([key, text]): [string, T] => [key, JSON.parse(text) as T]),
    clear: async () => kept.clear(),
  };
}
