import type { ComponentChildren } from "preact";

import type { Tone } from "../tone.ts";

export type { Tone };

/** A state in a word; its colour says nothing that the word does not. */
export const Badge = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`badge-state tone-${tone}`}>{children}</span>
);
