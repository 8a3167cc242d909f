/** A section of the operators' overview as it was at a time. */
export interface RecordedSection {
  /** Unix ms. */
  readonly atMs: number;
  /** Plain JSON. */
  readonly value: unknown;
}

/** Keeps the last of each section, for when what it is read from is away. */
export interface OpsRecordStore {
  /** null: never recorded. */
  read(name: string): Promise<RecordedSection | null>;
  write(name: string, section: RecordedSection): Promise<void>;
}

const keyOf = (name: string): string => `ops/sections/${name}.json`;

/**
 * In R2, because it answers while Durable Objects do not. One object a section: two isolates that write at
 * once write what is about as new.
 */
export const r2OpsRecord = (bucket: Pick<R2Bucket, "get" | "put">): OpsRecordStore => ({
  read: async (name) => {
    const found = await bucket.get(keyOf(name));
    return found === null ? null : ((await found.json()) as RecordedSection);
  },
  write: async (name, section) => {
    await bucket.put(keyOf(name), JSON.stringify(section));
  },
});
