import type { Head } from "./heads.ts";

/** What a client tells about a post of a slate that it was given. */
export interface ClientEvent {
  readonly post: string;
  /** `shown` comes with the place, from 0. */
  readonly kind: "shown" | Extract<Head, "open" | "dwell" | "hide">;
  readonly place: number;
}

/** One slate's, of one viewer. */
export interface ClientEvents {
  readonly viewer: string;
  readonly slate: string;
  readonly atMs: number;
  readonly events: readonly ClientEvent[];
}

/** What a viewer did to a post, or to its author, as a write of theirs says. Decimal text. */
export interface Act {
  readonly viewer: string;
  readonly atMs: number;
  readonly head: Head;
  readonly on: { readonly post: string } | { readonly author: string };
}
