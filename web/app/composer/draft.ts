import type { Audience, Media } from "../../../core/feed/schemas.ts";
import { createStore, type Store } from "../state/store.ts";
import { readJson, writeText } from "../state/storage.ts";

/** What is being written; kept across a reload and across a post that failed. */
export interface Draft {
  readonly text: string;
  readonly audience: Audience | null;
  readonly media: readonly Media[];
}

export const EMPTY_DRAFT: Draft = { text: "", audience: null, media: [] };

const key = (name: string): string => `edgewise.draft.${name}`;

const stores = new Map<string, Store<Draft>>();

/** The one draft of that name, wherever it is being written: inline or in the dialog. */
export function draftStore(name: string): Store<Draft> {
  const known = stores.get(name);
  if (known !== undefined) return known;
  const kept = readJson<Partial<Draft>>("localStorage", key(name));
  const store = createStore<Draft>({ ...EMPTY_DRAFT, ...kept });
  store.subscribe(() => {
    const draft = store.get();
    writeText("localStorage", key(name), isEmpty(draft) ? null : JSON.stringify(draft));
  });
  stores.set(name, store);
  return store;
}

export const isEmpty = (draft: Draft): boolean => draft.text === "" && draft.media.length === 0;

/** On sign-out. */
export function forgetDrafts(): void {
  for (const store of stores.values()) store.set(EMPTY_DRAFT);
}
