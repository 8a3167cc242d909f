import type { EmbeddedPost } from "../../../core/feed/schemas.ts";
import { createStore } from "../state/store.ts";

export type ComposerRequest = { readonly quote: EmbeddedPost | null };

/** The composer in a dialog: null while closed. */
export const composerStore = createStore<ComposerRequest | null>(null);

export const openComposer = (quote: EmbeddedPost | null = null): void =>
  composerStore.set({ quote });
export const closeComposer = (): void => composerStore.set(null);
