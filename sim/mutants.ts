/** A mistake, as replacements in the source of the protocol: production code knows nothing of it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const edit = (module: string, find: string, replace: string): Edit =>
  editAt(`core/tao/${module}.ts`, find, replace);

const editAt = (file: string, find: string, replace: string): Edit => ({ file, find, replace });

const mutant = (name: string, ...edits: readonly Edit[]): Mutant => ({ name, edits });

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
    edit("client", "if (answer.ok) this.#saw(entry.shard, answer.value.at);", ""),
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
  mutant(
    "seq without epoch",
    editAt(
      "core/tao/version.ts",
      "return a.epoch - b.epoch || a.seq - b.seq;",
      "return a.seq - b.seq;",
    ),
  ),
  mutant(
    "epoch of a record ignored",
    edit("follower-log", "record.epoch !== position.epoch || firstSeq", "firstSeq"),
    edit("leader-term", "if (after.epoch !== head.epoch) return null;", ""),
    edit(
      "follower-log",
      "if (this.#applied !== null && at.epoch > this.#applied.epoch) this.#reset();",
      "",
    ),
  ),
  mutant(
    "no lease check",
    edit("lease", "fromMs <= nowMs && nowMs < untilMs - LIMITS.clockSkewMaxMs", "fromMs <= nowMs"),
  ),
  mutant(
    "lease used before its time",
    edit("lease", "fromMs <= nowMs && nowMs <", "fromMs <= Infinity && nowMs <"),
  ),
  mutant(
    "clock skew ignored",
    edit("lease", "nowMs < untilMs - LIMITS.clockSkewMaxMs", "nowMs < untilMs"),
    editAt(
      "core/regions/coordinator-plan.ts",
      "entry.leaseUntilMs + LIMITS.clockSkewMaxMs),",
      "entry.leaseUntilMs),",
    ),
  ),
  mutant(
    "promotion before expiry",
    editAt(
      "core/regions/coordinator-plan.ts",
      "notBeforeMs: Math.max(entry.notBeforeMs, entry.leaseUntilMs + LIMITS.clockSkewMaxMs),",
      "notBeforeMs: entry.notBeforeMs,",
    ),
  ),
  mutant(
    "hand-over does not wait",
    editAt(
      "core/regions/coordinator.ts",
      'if (!released.ok) return this.#ports.report("leader_not_released", released.error.code);',
      "",
    ),
  ),
  mutant(
    "lease kept when it is given back",
    edit(
      "lease-holder",
      "if (this.#lease !== null && this.#lease.epoch <= epoch) this.#lease = null;",
      "",
    ),
    edit("leader", "this.#drop(term);\n    return ok(end);", "return ok(end);"),
    edit("leader-term", "this.#isDraining = true;", ""),
  ),
  mutant(
    "deposed leader commits",
    editAt(
      "sim/remote-store.ts",
      "const taken = this.database.append(place, row);",
      "const taken = this.database.append(Math.max(place, this.database.rows.length), row);",
    ),
  ),
  mutant(
    "standby applies out of order",
    edit("standby", "if (compareVersions(group.after, head) !== 0) break;", ""),
    editAt(
      "sim/database.ts",
      'if (!sameVersion(group.after, this.head)) throw new Error("the group does not fit");',
      "",
    ),
  ),
  mutant(
    "next leader not woken",
    edit(
      "leader",
      'if (begun.error.code === "moved" && (await this.#ports.wakeLeader()).ok) return;',
      'if (begun.error.code === "moved") return;',
    ),
  ),
  mutant(
    "time bound exclusive",
    edit("follower-reads", "assoc.timeMs <= read.highMs &&", "assoc.timeMs < read.highMs &&"),
  ),
  mutant(
    "time bound of points exclusive",
    edit("leader-reads", "assoc.timeMs >= lowMs && assoc", "assoc.timeMs > lowMs && assoc"),
  ),
  mutant(
    "intent overtakes an older one",
    edit(
      "inverse-outbox",
      "if (this.#storeHasMore || this.#size >= LIMITS.intentsInMemoryMax) {",
      "if (this.#size >= LIMITS.intentsInMemoryMax) {",
    ),
  ),
  mutant(
    "registration forgotten with the old one",
    edit("delivery", "if (registrations !== state.registrations) continue;", ""),
    edit(
      "delivery",
      "if (registrations !== state.registrations) await this.#ports.store.addFollower(name);\n    else ",
      "",
    ),
  ),
  mutant(
    "alarm not armed again",
    edit("delivery", "if (intents > 0) this.#arm(LIMITS.inverseRetryMs);", ""),
    edit("delivery", "() => this.#arm(LIMITS.inverseRetryMs)", "() => {}"),
  ),
  mutant(
    "update of a deleted object",
    edit("plan", "if (old === null || old.data === null)", "if (old === null)"),
    edit("plan", "mergePatch(old.data, write.patch", 'mergePatch(old.data ?? "{}", write.patch'),
  ),
  mutant(
    "stale answer not marked",
    edit(
      "follower-log",
      "return mayServe ? ok(Math.max(0, ageMs)) : err(failure);",
      "return mayServe ? ok(null) : err(failure);",
    ),
  ),
  mutant(
    "stale answer behind the ticket",
    edit(
      "follower-log",
      "(!isBehind || allowStale === true)",
      "(!isBehind || allowStale !== null)",
    ),
  ),
  mutant(
    "hot answer older than the ticket",
    edit("hot-cache", "if (compareVersions(answer.since, atLeast) < 0) return undefined;", ""),
  ),
  mutant(
    "leader's memory kept when the head moved",
    edit("leader-memory", "      this.#cells.clear();\n      this.#loads.overtakeAll();", ""),
  ),
];
