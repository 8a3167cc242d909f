import { type Effects, effectsOf } from "../../../core/degradation/effects.ts";
import { LEVELS } from "../../../core/degradation/levels.ts";
import { createStore } from "./store.ts";

/** How the service is doing: as its last answer said, or as it told a connection since. */
export const effectsStore = createStore<Effects>(effectsOf(0));

/** @param text of the header `Edgewise-Level`; anything else changes nothing. */
export function noteLevel(text: string | null): void {
  const level = LEVELS.find((known) => String(known) === text);
  if (level !== undefined && level !== effectsStore.get().level) effectsStore.set(effectsOf(level));
}

export const READ_ONLY_REASON = "Nothing can be posted for now. Your words are kept here.";
