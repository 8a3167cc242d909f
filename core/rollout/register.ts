import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { advance, type Observation } from "./advance.ts";
import { type Action, act } from "./command.ts";
import { FLAGS } from "./flags.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import { hasEnded, isExposing, type Phase } from "./phase.ts";
import type { AuditDraft, NewRollout, Rollout, RolloutDocument } from "./rollout.ts";

export const EMPTY: RolloutDocument = { revision: 0, rollouts: [] };

/** The next document, and what the audit log says of it; the same document where nothing changed. */
export interface Change {
  readonly document: RolloutDocument;
  readonly audit: readonly AuditDraft[];
}

/** Who asks, and why. */
export interface By {
  readonly who: string;
  readonly reason: string;
}

/** @returns `conflict` for an id that is taken, `invalid_request` for a treatment that the flag's schema refuses. */
export function create(
  document: RolloutDocument,
  wanted: NewRollout,
  by: By,
  nowMs: number,
): Result<Change, Failure> {
  const { id, flag, plan } = wanted;
  if (document.rollouts.some((rollout) => rollout.id === id))
    return err({ code: "conflict", field: "id", reason: `there is a rollout ${id}` });
  const kept = withRoom(document.rollouts);
  if (kept === null)
    return err({ code: "limit_reached", what: "rollouts", max: ROLLOUT_LIMITS.rolloutsMax });
  const reason = reasonAgainst(flag, wanted.treatment);
  if (reason !== null) return err({ code: "invalid_request", field: "treatment", reason });
  const rollout: Rollout = {
    id,
    flag,
    control: valueNow(document, flag),
    treatment: wanted.treatment,
    plan,
    phase: { at: "draft" },
    revision: document.revision + 1,
    createdMs: nowMs,
    startedMs: null,
  };
  return ok({
    document: { revision: rollout.revision, rollouts: [...kept, rollout] },
    audit: [entry(by, "create", null, rollout, nowMs)],
  });
}

/**
 * An operator's action.
 *
 * @param revision of the rollout that the operator saw; null, for `kill` alone: whatever it is by now.
 * @returns `conflict`, with the current revision, when the rollout has changed since.
 */
export function command(
  document: RolloutDocument,
  id: string,
  { action, revision }: { readonly action: Action; readonly revision: number | null },
  by: By,
  nowMs: number,
): Result<Change, Failure> {
  const before = document.rollouts.find((rollout) => rollout.id === id);
  if (before === undefined) return err({ code: "not_found", what: `rollout ${id}` });
  if (revision === null ? action !== "kill" : revision !== before.revision)
    return err({
      code: "conflict",
      field: "revision",
      revision: before.revision,
      reason: `the rollout is at revision ${before.revision}`,
    });
  const phase = act(before.phase, action, nowMs);
  if (!phase.ok) return phase;
  if (phase.value === before.phase) return ok({ document, audit: [] });
  if (action === "start") {
    const refused = refusedStart(document, before);
    if (refused !== null) return err(refused);
  }
  return ok(moved(document, before, phase.value, by, action, nowMs));
}

/** Looks at everything under way. @param seen what is known of a rollout's stage; null: nothing. */
export function look(
  document: RolloutDocument,
  seen: (id: string) => Observation | null,
  nowMs: number,
): Change {
  let change: Change = { document, audit: [] };
  for (const before of document.rollouts) {
    const phase = advance(before.phase, before.plan, seen(before.id), nowMs);
    if (phase === before.phase) continue;
    const by = { who: "guards", reason: reasonFor(phase) };
    const next = moved(change.document, before, phase, by, ACTION_OF[phase.at] ?? "advance", nowMs);
    change = { document: next.document, audit: [...change.audit, ...next.audit] };
  }
  return change;
}

/** The rollout that says what a flag is: the one that was started last. */
export function rulingOf(document: RolloutDocument, flag: string): Rollout | null {
  let ruling: Rollout | null = null;
  for (const rollout of document.rollouts) {
    if (rollout.flag !== flag || rollout.startedMs === null) continue;
    if (ruling === null || rollout.startedMs >= (ruling.startedMs ?? 0)) ruling = rollout;
  }
  return ruling;
}

/** What everybody has who is in no treatment. */
function valueNow(document: RolloutDocument, flag: keyof typeof FLAGS): unknown {
  const ruling = rulingOf(document, flag);
  if (ruling === null) return FLAGS[flag].initial;
  return ruling.phase.at === "done" ? ruling.treatment : ruling.control;
}

export function reasonAgainst(flag: keyof typeof FLAGS, value: unknown): string | null {
  const checked = FLAGS[flag].schema.safeParse(value);
  if (checked.success) return null;
  const [issue] = checked.error.issues;
  return [issue?.path.join("."), issue?.message].filter(Boolean).join(": ") || "is not valid";
}

/** One change at a time to one flag, a few at a time to all: otherwise nobody could tell which did what. */
function refusedStart({ rollouts }: RolloutDocument, { flag }: Rollout): Failure | null {
  const running = rollouts.filter(({ phase }) => isExposing(phase));
  const other = running.find((rollout) => rollout.flag === flag);
  if (other !== undefined)
    return { code: "conflict", reason: `${other.id} is under way for ${flag}` };
  return running.length < ROLLOUT_LIMITS.rolloutsRunningMax
    ? null
    : { code: "limit_reached", what: "rollouts under way", max: ROLLOUT_LIMITS.rolloutsRunningMax };
}

/** Those that rule nothing make room, the oldest first. null: there is none. */
function withRoom(rollouts: readonly Rollout[]): readonly Rollout[] | null {
  if (rollouts.length < ROLLOUT_LIMITS.rolloutsMax) return rollouts;
  const document = { revision: 0, rollouts };
  const old = rollouts.find(
    (rollout) => hasEnded(rollout.phase) && rulingOf(document, rollout.flag)?.id !== rollout.id,
  );
  return old === undefined ? null : rollouts.filter((rollout) => rollout !== old);
}

const ACTION_OF: Partial<Record<Phase["at"], AuditDraft["action"]>> = {
  rolled_back: "roll_back",
  holding: "hold",
  done: "finish",
};

function reasonFor(phase: Phase): string {
  if (phase.at === "rolled_back") {
    const { guard, control, treatment } = phase.verdict;
    return `${guard}: ${short(treatment)} against ${short(control)} of the control group`;
  }
  return phase.at === "holding" ? "not enough data" : "every guard passed";
}
const short = (value: number): string => String(Number(value.toPrecision(3)));

function moved(
  document: RolloutDocument,
  before: Rollout,
  phase: Phase,
  by: By,
  action: AuditDraft["action"],
  nowMs: number,
): Change {
  const revision = document.revision + 1;
  const after: Rollout = {
    ...before,
    phase,
    revision,
    // Others may have changed it since the draft was made.
    ...(action === "start" && { startedMs: nowMs, control: valueNow(document, before.flag) }),
  };
  return {
    document: {
      revision,
      rollouts: document.rollouts.map((rollout) => (rollout.id === before.id ? after : rollout)),
    },
    audit: [entry(by, action, before, after, nowMs)],
  };
}

const entry = (
  { who, reason }: By,
  action: AuditDraft["action"],
  before: Rollout | null,
  after: Rollout,
  atMs: number,
): AuditDraft => ({
  atMs,
  who,
  reason,
  action,
  rollout: after.id,
  flag: after.flag,
  before: before?.revision ?? null,
  after: after.revision,
  from: before === null ? null : phaseText(before.phase),
  to: phaseText(after.phase),
});

/** As the audit log shows it: the phase, and its stage counted from 1. */
const phaseText = (phase: Phase): string =>
  "stage" in phase && phase.stage !== null ? `${phase.at} ${phase.stage + 1}` : phase.at;
