/**
 * What a client keeps between runs, for one person. Values are plain JSON. Any call may
 * reject (blocked, full); whoever calls goes on without the memory. Calls that change something are
 * done in the order in which they were made.
 */
export interface KeyValueStore {
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  entries<T>(): Promise<[key: string, value: T][]>;
  clear(): Promise<void>;
}
