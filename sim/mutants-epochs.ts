import { edit, editAt, type Mutant, mutant, mutantOver } from "./mutant.ts";

/** Of epochs, leases and standbys, and those that reviewers found. */
export const EPOCH_MUTANTS: readonly Mutant[] = [
  mutant(
    "seq without epoch",
    editAt(
      "core/tao/version.ts",
      "return a.epoch - b.epoch || a.seq - b.seq;",
      "return a.seq - b.seq;",
    ),
    edit("follower-log", "record.epoch !== position.epoch || firstSeq", "firstSeq"),
    edit("leader-term", "if (after.epoch !== head.epoch) return null;", ""),
    edit("follower-log", "if (at.epoch < this.#seen.epoch) return leaderAway;", ""),
    edit(
      "follower-log",
      "if (this.#applied !== null && at.epoch > this.#applied.epoch) this.#reset();",
      "",
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
    "pull across epochs answered",
    edit("leader-term", "if (after.epoch !== head.epoch) return null;", ""),
    edit("follower-log", "record.epoch !== position.epoch || firstSeq", "firstSeq"),
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
  mutantOver(
    "remote",
    "skew ignored by the holder alone",
    edit("lease", "nowMs < untilMs - LIMITS.clockSkewMaxMs", "nowMs < untilMs"),
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
    edit("standby", "if (compareVersions(group.head, head) <= 0) continue;", ""),
    edit("standby", "if (compareVersions(group.after, head) !== 0) break;", ""),
  ),
  mutantOver(
    "remote",
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
      "if (registrations === state.registrations) return void",
      "if (registrations >= 0) return void",
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
