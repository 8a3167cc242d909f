import { edit, type Mutant, mutant } from "./mutant.ts";
import { EPOCH_MUTANTS } from "./mutants-epochs.ts";
import { REVIEWED_MUTANTS } from "./mutants-reviewed.ts";

/** The failures that the design names, and those that the simulator has found before. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "old fill after invalidate",
    edit(
      "follower-cache",
      "return touched !== undefined && compareVersions(touched, asOf) > 0;",
      "return touched === undefined && compareVersions(ZERO, asOf) > 0;",
    ),
  ),
  mutant(
    "version ignored",
    edit("follower-log", "if (compareVersions(end, position) <= 0) continue;", ""),
    edit("follower-log", "      position = end;", "      position = maxVersion(position, end);"),
    edit(
      "follower-cache",
      "if (list === undefined || compareVersions(list.asOf, version) >= 0) return;\n    if (compareVersions(list.version, entry.prev) !== 0) this.#lists.delete(key);\n    else ",
      "if (list !== undefined) ",
    ),
  ),
  mutant(
    "refill as set",
    edit(
      "follower-cache",
      "const assocs = list.assocs.filter((assoc) => assoc.id2 !== id2);",
      "const assocs: Assoc[] = [];",
    ),
    edit(
      "follower-cache",
      "return { count, version, assocs,",
      "return { count: assocs.length, version, assocs,",
    ),
  ),
  mutant("invalidation lost", edit("follower-cache", "this.#objects.delete(mutation.id);", "")),
  mutant("negative kept", edit("follower-cache", "this.#points.delete(assocKey(mutation));", "")),
  mutant(
    "tombstone dropped early",
    edit(
      "follower-cache",
      "if (this.#touched.size >= LIMITS.touchedKeysMax) {\n      this.#touched.clear();\n      this.#touchedSince = version;",
      "if (this.#touched.size >= 1) {\n      this.#touched.clear();",
    ),
  ),
  mutant(
    "gap ignored",
    edit(
      "follower-log",
      "if (compareVersions(push.after, applied) > 0) {",
      "if (compareVersions(push.after, applied) > 0) {\n      this.#applied = push.head;\n      return;",
    ),
  ),
  mutant(
    "announced and never had",
    edit("follower-log", "if (this.#lacksAnnounced()) this.#reset();", ""),
  ),
  mutant(
    "dropped under a fill",
    edit(
      "follower-log",
      "return this.#applied ?? this.#announce(push.head);",
      "return this.#applied ?? push.head;",
    ),
  ),
  mutant(
    "error path keeps the entry",
    edit(
      "follower-log",
      "if (record.epoch !== position.epoch || firstSeq(record) > position.seq + 1) {",
      "if (record.entries.length > 1) {",
    ),
    edit(
      "follower-log",
      'this.#reset();\n      this.#ports.report("push_not_applied", error);',
      'this.#applied = push.head;\n      this.#ports.report("push_not_applied", error);',
    ),
  ),
  mutant(
    "ticket ignored",
    edit(
      "follower-log",
      "const isBehind = atLeast !== null && compareVersions(this.#applied, atLeast) < 0;",
      "const isBehind = atLeast !== null && compareVersions(this.#applied, atLeast) < -1e9;",
    ),
  ),
  mutant(
    "ticket not advanced by writes",
    edit("client", "if (answer.ok && isAwaited) {", "if (!answer.ok) {"),
  ),
  mutant("entry never expires", edit("follower-log", "ageMs < LIMITS.followerTtlMs", "ageMs >= 0")),
  mutant(
    "cursor advanced on send",
    edit(
      "delivery",
      "const acked = await this.#ports.pushTo(name, await this.#nextPush(state.acked));",
      "const next = await this.#nextPush(state.acked);\n        state.acked = this.#head();\n        const acked = await this.#ports.pushTo(name, next).catch(() => this.#head());",
    ),
  ),
  mutant(
    "followers forgotten on restart",
    edit(
      "delivery",
      "const names = await this.#ports.store.followers();",
      "const names: string[] = [];",
    ),
  ),
  mutant("commits in doubt not delivered", edit("delivery", "this.#outbox.doubt();", "")),
  mutant(
    "head not read again",
    edit("leader-term", "    this.#head = head;\n    this.#delivery.doubt();", ""),
  ),
  mutant(
    "inverse lost",
    edit(
      "inverse-outbox",
      "if (!answer.ok) return this.#failed(answer.error);",
      "if (!answer.ok) this.#failed(answer.error);",
    ),
  ),
  mutant(
    "inverses left in the store",
    edit("inverse-outbox", "  #storeHasMore = true;\n", "  #storeHasMore = false;\n"),
  ),
  mutant(
    "inverse applied again",
    edit(
      "group",
      "if (compareVersions(inverse.source, draft.source(batch.from)) <= 0) continue;",
      "",
    ),
  ),
  mutant(
    "inverse of a removed edge not sent",
    edit("edges", "else draft.addIntent(", "else if (edge !== null) draft.addIntent("),
  ),
  mutant(
    "opId forgotten",
    edit("group", "if (opId !== null) draft.putOp({", 'if (opId === "") draft.putOp({'),
  ),
  mutant(
    "precondition ignored",
    edit(
      "plan",
      "if (expected === undefined || sameVersion(expected, found)) return ok(null);",
      "if (index >= 0) return ok(null);",
    ),
  ),
  mutant(
    "acknowledged before durable",
    edit("leader-term", "await store.commit(commit);", "store.commit(commit).catch(() => {});"),
  ),
  mutant(
    "fill stamped too new",
    edit(
      "leader-term",
      "return this.#ports.mayAct() ? ok({ ...filled, at, upTo }) : lapsed;",
      "return ok({ ...filled, at: this.#head });",
    ),
  ),
  ...EPOCH_MUTANTS,
  ...REVIEWED_MUTANTS,
];
