import { editAt, type Mutant, mutant } from "../../sim/mutant.ts";
import type { ClusterOptions } from "../cluster.ts";
import { editedBundle } from "../histories/mutant-bundle.ts";

/** Mistakes in the feed cache, each of which the comparison must find. */
export const FEED_MUTANTS: readonly Mutant[] = [
  mutant(
    "push lost",
    editAt(
      "core/feed/cache/bucket.ts",
      "if (arrival !== null) this.#entries.arrive(arrival, viewers);",
      "",
    ),
  ),
  mutant(
    "deletion lost",
    editAt(
      "core/feed/cache/bucket.ts",
      "if (audience === undefined) this.#cells.remove(event.post);",
      "if (audience === undefined) return;",
    ),
  ),
  mutant(
    "relation lost",
    editAt(
      "core/feed/cache/bucket.ts",
      "for (const viewer of event.viewers) this.#entries.forget(viewer, event.at ?? null);",
      "",
    ),
  ),
  mutant(
    "own writes not waited for",
    editAt("core/feed/cache/bucket.ts", 'return isSeen ? entry : "void";', "return entry;"),
  ),
  mutant(
    "own reaction told and not shown",
    editAt(
      "core/feed/cache/own-writes.ts",
      "this.#reactions.set(change.post, { at, kind: isNews ? change.reaction : undefined });",
      "",
    ),
  ),
  mutant(
    "next page begins where the last one ended",
    editAt(
      "core/feed/cache/cut.ts",
      "slots.findIndex((slot) => compareListOrder(after, slot.at) < 0);",
      "slots.findIndex((slot) => compareListOrder(after, slot.at) <= 0);",
    ),
  ),
  mutant(
    "content shown twice",
    editAt("core/feed/cache/cut.ts", "if (repost >= 0) {", "if (repost >= 1_000) {"),
  ),
];

/** @throws Error when there is no such mutant, or it does not fit the source. */
export async function mutantScripts(name: string): Promise<ClusterOptions["scripts"] & object> {
  const found = FEED_MUTANTS.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`--mutant takes one of: ${FEED_MUTANTS.map((one) => one.name).join(", ")}`);
  return { objects: await editedBundle("durable-objects/index.ts", found.edits) };
}
