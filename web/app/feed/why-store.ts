import { createStore } from "../state/store.ts";

/** What the reader asks about: a post in the feed, one that is not, or none yet. */
export type WhyRequest =
  | { readonly ask: "why"; readonly post: string }
  | { readonly ask: "why-not"; readonly post: string | null };

export const whyStore = createStore<WhyRequest | null>(null);
export const askWhy = (post: string): void => whyStore.set({ ask: "why", post });
export const askWhyNot = (post: string | null): void => whyStore.set({ ask: "why-not", post });
