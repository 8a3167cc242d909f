import type { Audience, Media } from "../../../core/feed/schemas.ts";
import { sessionStore } from "../state/session.ts";
import { createStore, type Store } from "../state/store.ts";
import { readJson, writeText } from "../state/storage.ts";

/** What is being written; kept across a reload and across a post that failed. */
export interface Draft {
  readonly text: string;
  readonly audience: Audience | null;
  readonly media: readonly Media[];
}

export const EMPTY_DRAFT: Draft = { text: "", audience: null, media: [] };

/** Each person's own: on a shared machine nobody finds what another was writing. */
const key = (name: string): string => `edgewise.draft.${sessionStore.get()?.user.id}.${name}`;

const stores = new Map<string, Store<Draft>>();

/** The one draft of that name, wherever it is being written: inline or in the dialog. */
export function draftStore(name: string): Store<Draft> {
  const place = key(name);
  const known = stores.get(place);
  if (known !== undefined) return known;
  const kept = readJson<Partial<Draft>>("localStorage", place);
  const store = createStore<Draft>({ ...EMPTY_DRAFT, ...kept });
  store.subscribe(() => {
    const draft = store.get();
    writeText("localStorage", place, isEmpty(draft) ? null : JSON.stringify(draft));
  });
  stores.set(place, store);
  return store;
}

export const isEmpty = (draft: Draft): boolean => draft.text === "" && draft.media.length === 0;

/** On sign-out. */
export function forgetDrafts(): void {
  for (const store of stores.values()) store.set(EMPTY_DRAFT);
}
