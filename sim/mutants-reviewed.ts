import { edit, editAt, type Mutant, mutant } from "./mutant.ts";

/**
 * Mistakes that a reviewer thought of without having seen the others, the checkers or their tests.
 * Eight more survived 200 seeds and have tests of their own instead: a late grant of a lease given
 * back, a group planned on a head read after its rows, a tail cut short taken for all, a release on the
 * caller's word, tickets that name too little for a fill or a hot answer, a pull dated by its answer,
 * and a fill joined that is older than the ticket.
 */
export const REVIEWED_MUTANTS: readonly Mutant[] = [
  mutant(
    "one pull is enough for a ticket",
    edit("follower-log", "pulls < 2 && !this.isFreshFor", "pulls < 1 && !this.isFreshFor"),
  ),
  mutant(
    "second hand-over forgets the first",
    editAt(
      "core/regions/coordinator-plan.ts",
      "{ ...entry, notBeforeMs: before.notBeforeMs }",
      "{ ...entry, notBeforeMs: 0 }",
    ),
  ),
  mutant(
    "a stop that crossed a fill counts",
    edit("delivery", "if (registrations !== state.registrations) continue;", ""),
  ),
  mutant(
    "a refused request's inverses go out",
    edit("draft", "      this.#intents.length = intents;\n", ""),
  ),
  mutant("undone first to last", edit("draft", "this.#undo.toReversed()", "this.#undo")),
  mutant(
    "edge below a prefix is put at its end",
    edit("follower-cache", "else if (wasWhole) assocs.push(added);", "else assocs.push(added);"),
  ),
  mutant(
    "leader's list grows past what it knows",
    edit(
      "leader-cells",
      "const last = isWholeCell(cell) ? null : prefix.at(-1);",
      "const last = prefix.length > 0 ? null : undefined;",
    ),
  ),
  mutant(
    "intents of a reload's meantime forgotten",
    edit("inverse-outbox", "        this.#skipped = true;\n        continue;", "        continue;"),
  ),
  // The mistake that stood in the product: found by reading, and by no seed until there were listeners.
  mutant(
    "memory's log joined over a gap",
    edit("delivery", "return isGap ? [] : this.#tail;", "return isGap === null ? [] : this.#tail;"),
  ),
];
