import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { Controller, Step } from "./controller.ts";

/** Who acts, and under which key they send it again when no answer came; null: they never do. */
export interface Acting {
  readonly by: string;
  readonly opId: string | null;
}

/** An operator's word that was taken under a key. Plain JSON. */
export interface Done {
  readonly key: string;
  readonly what: string;
}

/**
 * Does what `make` says, once per key: sent again, it changes nothing and is no conflict.
 *
 * @param what whatever must be the same for it to be the same word: plain JSON.
 * @returns `idempotency_mismatch` for a key of something else.
 */
export function once(
  controller: Controller,
  { by, opId }: Acting,
  what: unknown,
  make: () => Result<Step, Failure>,
): Result<Step, Failure> {
  if (opId === null) return make();
  const now: Done = { key: `${by} ${opId}`, what: JSON.stringify(what) };
  const before = controller.done?.find(({ key }) => key === now.key);
  if (before?.what === now.what) return ok({ next: controller, change: null });
  if (before !== undefined)
    return err({ code: "idempotency_mismatch", reason: "it was used for something else" });
  const made = make();
  if (!made.ok) return made;
  const done = [now, ...(controller.done ?? [])].slice(0, LIMITS.wordsRemembered);
  return ok({ ...made.value, next: { ...made.value.next, done } });
}
