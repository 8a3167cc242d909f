import { useEffect } from "preact/hooks";

import type { Section } from "../../../core/ops/overview.ts";
import { createStore, useStore } from "../../app/state/store.ts";
import { client, leaveIfRefused } from "./api.ts";
import { Poll, type PollState } from "./poll.ts";

/** One part of the state as this page knows it. `T` is what the section's own operation answers. */
export interface Known<T> {
  /** null: never seen. */
  readonly value: T | null;
  /** When it was true, Unix ms by this machine's clock. */
  readonly atMs: number | null;
  readonly live: boolean;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

const EVERY_MS = 2_000;
const NOTHING: Known<never> = { value: null, atMs: null, live: false, error: null };

const knownStore = createStore<ReadonlyMap<string, Known<unknown>>>(new Map());
export const pollStore = createStore<PollState>({
  answeredMs: null,
  error: null,
  nextMs: null,
  paused: false,
});
/** How many components of the page show each section. */
const wanted = new Map<string, number>();
let soon: ReturnType<typeof setTimeout> | undefined;

const poll = new Poll({
  everyMs: EVERY_MS,
  onState: (state) => pollStore.set(state),
  run: async (signal) => {
    if (wanted.size === 0) return;
    try {
      const answer = await client().opsOverview([...wanted.keys()].toSorted(), { signal });
      // Ages are by the gateway's clock, and this machine's may be wrong.
      const aheadMs = Date.now() - answer.nowMs;
      keep(answer.sections, aheadMs);
    } catch (error) {
      leaveIfRefused(error);
      throw error;
    }
  },
});

function keep(sections: readonly Section[], aheadMs: number): void {
  const known = new Map(knownStore.get());
  for (const { name, atMs, live, value, error } of sections) {
    const before = known.get(name) ?? NOTHING;
    // Nothing recorded is no reason to forget what this page has seen.
    const isNews = value !== null && value !== undefined && atMs !== null;
    const content = isNews ? { value, atMs: atMs + aheadMs } : before;
    known.set(name, { value: content.value, atMs: content.atMs, live, error });
  }
  knownStore.set(known);
}

export const startSections = (): (() => void) => {
  poll.start();
  return () => {
    poll.stop();
    knownStore.set(new Map());
  };
};

/** After an action, and when somebody asks. */
export const refreshNow = (): void => poll.now();

/** A section by its name in `/v1/admin/overview`, kept up to date while the component is shown. */
export function useSection<T>(name: string): Known<T> {
  const known = useStore(knownStore);
  useEffect(() => {
    wanted.set(name, (wanted.get(name) ?? 0) + 1);
    clearTimeout(soon);
    // One request for all that a page shows.
    if (!knownStore.get().has(name)) soon = setTimeout(refreshNow);
    return () => {
      const left = (wanted.get(name) ?? 1) - 1;
      if (left === 0) wanted.delete(name);
      else wanted.set(name, left);
    };
  }, [name]);
  return (known.get(name) ?? NOTHING) as Known<T>;
}
