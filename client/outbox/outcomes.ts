import type { Ending } from "./ports.ts";

/** What the writer learns first: how it ended, or that it waits for a connection. */
export type Outcome = Ending | { readonly at: "queued"; readonly id: string };

const refused = (code: string, detail: string) =>
  ({ at: "failed", refusal: { code, detail } }) as const;

export const FULL = refused(
  "outbox_full",
  "Too much is waiting to be sent. Connect first, or take something back.",
);
/** Whose write it is was not here any more, and the device keeps nothing for them. */
export const SIGNED_OUT = refused("signed_out", "You signed out before this was saved.");
export const REPLACED = { at: "dropped", why: "replaced" } as const;
export const CANCELLED = { at: "dropped", why: "cancelled" } as const;
