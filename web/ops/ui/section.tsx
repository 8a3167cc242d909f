import type { ComponentChildren } from "preact";

import { useStore } from "../../app/state/store.ts";
import type { Known } from "../data/sections.ts";
import { ago, clockTime } from "../format.ts";
import { clockStore } from "../state/clock.ts";

interface Props<T> {
  readonly title: string;
  readonly known: Known<T>;
  readonly children: (value: T) => ComponentChildren;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  /** Without a frame of its own: its content brings cards. */
  readonly bare?: boolean;
}

/** A part of the state under its heading: what is known, how old it is, and why it is not newer. Never empty. */
export function SectionCard<T>({ title, known, children, actions, bare = false }: Props<T>) {
  return (
    <section class={bare ? "part" : "card"} aria-label={title}>
      <div class="card-head">
        <h2>{title}</h2>
        {actions}
      </div>
      <Stale known={known} />
      {known.value === null ? <Nothing known={known} /> : children(known.value)}
    </section>
  );
}

/** Says that a value is an old one, and why. Nothing for a live one. */
export function Stale<T>({ known: { value, live, atMs, error } }: { known: Known<T> }) {
  const nowMs = useStore(clockStore);
  if (live || value === null || atMs === null) return null;
  return (
    <p class="stale" role="status">
      <strong>As of {ago(atMs, nowMs)}</strong> ({clockTime(atMs, nowMs)}), not live
      {error !== null && <>: {error.detail}</>}
    </p>
  );
}

function Nothing<T>({ known: { error } }: { known: Known<T> }) {
  if (error === null)
    return (
      <div class="skeleton-lines" role="status" aria-label="Loading">
        <span class="bone" />
        <span class="bone" />
      </div>
    );
  if (error.code === "not_found")
    return <p class="muted">This is not available in this deployment.</p>;
  return (
    <p class="stale" role="status">
      Nothing is known of this, now or from before: {error.detail}
    </p>
  );
}
