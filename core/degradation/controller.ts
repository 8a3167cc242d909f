import { LIMITS } from "../limits.ts";
import type { Failure } from "../errors.ts";
import { type Drain, keptShare } from "../regions/traffic.ts";
import { err, ok, type Result } from "../result.ts";
import { type Condition, look, OFF } from "./condition.ts";
import type { Done } from "./done.ts";
import { type Level, LEVEL_OF, TRIGGERS, type Trigger } from "./levels.ts";
import { describe, judge, NO_SIGNALS, type Signals } from "./signals.ts";

/** An operator's word against the signals, for a while. */
export interface Pin {
  readonly level: Level;
  readonly reason: string;
  /** Who: the subject of the token. */
  readonly by: string;
  /** Unix ms. */
  readonly untilMs: number;
}

/** What isolates act on. The revision grows with every change of the rest. */
export interface Published {
  readonly revision: number;
  readonly level: Level;
  /** Unix ms, since when it is this level. */
  readonly sinceMs: number;
  readonly reason: string;
  readonly pin: Pin | null;
  /** Left out where nothing ever moved its viewers: it keeps all. */
  readonly drain?: Drain | undefined;
}

/** Plain JSON. */
export interface Controller {
  readonly conditions: Readonly<Record<Trigger, Condition>>;
  readonly published: Published;
  /** Newest first; left out where no operator ever said anything under a key. */
  readonly done?: readonly Done[] | undefined;
}

/** For the audit log: a change of what is published, and who or what made it. */
export interface Change {
  readonly atMs: number;
  readonly revision: number;
  readonly from: Level;
  readonly to: Level;
  readonly reason: string;
  /** `controller`, or the operator. */
  readonly by: string;
  readonly pin: Pin | null;
}

export interface Step {
  readonly next: Controller;
  /** null: what is published stays as it is. */
  readonly change: Change | null;
}

export const AUTOMATIC = "controller";
export const NORMAL = "all signals are well";

export const started = (nowMs: number): Controller => ({
  conditions: { ranking: OFF, feed_cache: OFF, tao_reads: OFF, tao_writes: OFF },
  published: { revision: 1, level: 0, sinceMs: nowMs, reason: NORMAL, pin: null },
});

/** Looks at the signals of the last window. Conditions move on under a pin too, so that its end finds the truth. */
export function step(controller: Controller, signals: Signals, nowMs: number): Step {
  const verdicts = judge(signals);
  const next = (trigger: Trigger) => look(controller.conditions[trigger], verdicts[trigger], nowMs);
  const conditions = {
    ranking: next("ranking"),
    feed_cache: next("feed_cache"),
    tao_reads: next("tao_reads"),
    tao_writes: next("tao_writes"),
  };
  const { pin } = controller.published;
  const isOver = pin !== null && nowMs >= pin.untilMs;
  return publish(
    { ...controller, conditions },
    {
      pin: isOver ? null : pin,
      drain: afterItsTime(controller.published.drain, nowMs),
      signals,
      nowMs,
      by: AUTOMATIC,
    },
  );
}

/** A drain that is over gives the viewers back, as slowly as it took them. */
function afterItsTime(drain: Drain | undefined, nowMs: number): Drain | undefined {
  if (drain === undefined || drain.keep >= 1 || nowMs < drain.untilMs) return drain;
  const reason = "the drain has ended";
  const from = keptShare(drain, nowMs);
  return { keep: 1, from, sinceMs: nowMs, untilMs: nowMs, reason, by: AUTOMATIC };
}

export interface DrainRequest extends Omit<PinRequest, "level"> {
  /** Share of the viewers who come its way that it goes on to serve, 0 to 1; 1 takes a drain back. */
  readonly keep: number;
}

/** Moves viewers away from a region that works, or back. @returns `conflict` as for `pinned`. */
export function drained(
  controller: Controller,
  { keep, reason, by, minutes, revision }: DrainRequest,
  nowMs: number,
): Result<Step, Failure> {
  const refused = stale(controller, revision);
  if (refused !== null) return err(refused);
  const { pin, drain: before } = controller.published;
  const from = before === undefined ? 1 : keptShare(before, nowMs);
  const untilMs = nowMs + Math.min(minutes, LIMITS.pinMinutesMax) * 60_000;
  const drain = { keep, from, sinceMs: nowMs, untilMs, reason, by };
  return ok(publish(controller, { pin, drain, signals: NO_SIGNALS, nowMs, by }));
}

export interface PinRequest {
  readonly level: Level;
  readonly reason: string;
  readonly by: string;
  readonly minutes: number;
  /** Of what the operator looked at when deciding. */
  readonly revision: number;
}

/** @returns `conflict` when something has changed since the operator looked. Lengths are the caller's to check. */
export function pinned(
  controller: Controller,
  { level, reason, by, minutes, revision }: PinRequest,
  nowMs: number,
): Result<Step, Failure> {
  const refused = stale(controller, revision);
  if (refused !== null) return err(refused);
  const untilMs = nowMs + Math.min(minutes, LIMITS.pinMinutesMax) * 60_000;
  const pin = { level, reason, by, untilMs };
  const { drain } = controller.published;
  return ok(publish(controller, { pin, drain, signals: NO_SIGNALS, nowMs, by }));
}

/** Back to what the signals say. @returns `conflict` as for `pinned`. */
export function unpinned(
  controller: Controller,
  { by, reason, revision }: Pick<PinRequest, "by" | "reason" | "revision">,
  nowMs: number,
): Result<Step, Failure> {
  const refused = stale(controller, revision);
  if (refused !== null) return err(refused);
  const { drain } = controller.published;
  return ok(
    publish(controller, { pin: null, drain, signals: NO_SIGNALS, nowMs, by, said: reason }),
  );
}

/** The level that the signals alone ask for. */
export const automaticLevel = ({ conditions }: Pick<Controller, "conditions">): Level =>
  worstOf(conditions).level;

function stale({ published }: Controller, revision: number): Failure | null {
  if (published.revision === revision) return null;
  const reason = `something changed meanwhile: this is revision ${published.revision}`;
  return { code: "conflict", reason, field: "revision" };
}

interface Cause {
  readonly pin: Pin | null;
  readonly drain: Drain | undefined;
  readonly signals: Signals;
  readonly nowMs: number;
  readonly by: string;
  /** An operator's reason, where what is published has one of its own. */
  readonly said?: string;
}

function publish(controller: Controller, { pin, drain, signals, nowMs, by, said }: Cause): Step {
  const before = controller.published;
  const { level: automatic, trigger } = worstOf(controller.conditions);
  const level = pin?.level ?? automatic;
  const isSameDrain = drain === before.drain;
  if (level === before.level && isSamePin(pin, before.pin) && isSameDrain)
    return { next: controller, change: null };
  const moved = before.level === 4 && level !== 4 ? cameBack(drain, nowMs) : drain;
  const published: Published = {
    revision: before.revision + 1,
    level,
    sinceMs: level === before.level ? before.sinceMs : nowMs,
    reason: pin?.reason ?? (trigger === null ? NORMAL : reasonOf(trigger, signals)),
    pin,
    ...(moved !== undefined && { drain: moved }),
  };
  const { revision } = published;
  const why = isSameDrain || drain === undefined ? published.reason : drainReason(drain);
  const reason = said ?? why;
  const change = { atMs: nowMs, revision, from: before.level, to: level, reason, by, pin };
  return { next: { ...controller, published }, change };
}

/** A region that was failed over by a pin begins with nobody. */
const cameBack = (drain: Drain | undefined, nowMs: number): Drain => ({
  keep: drain?.keep ?? 1,
  from: 0,
  sinceMs: nowMs,
  untilMs: drain?.untilMs ?? nowMs,
  reason: drain?.reason ?? "it was failed over",
  by: drain?.by ?? AUTOMATIC,
});

const drainReason = ({ keep, reason }: Drain): string =>
  `keeps ${Math.round(100 * keep)} % of its viewers: ${reason}`;

/** A level that is left for a lower one keeps that one's trigger, whose signal may be well by now. */
const reasonOf = (trigger: Trigger, signals: Signals): string =>
  judge(signals)[trigger] === "bad" ? describe(trigger, signals) : `${trigger} must stay well`;

function worstOf(conditions: Controller["conditions"]): {
  readonly level: Level;
  readonly trigger: Trigger | null;
} {
  const on = TRIGGERS.filter((trigger) => conditions[trigger].at === "on");
  const worst = on.toSorted((a, b) => LEVEL_OF[b] - LEVEL_OF[a])[0];
  return worst === undefined
    ? { level: 0, trigger: null }
    : { level: LEVEL_OF[worst], trigger: worst };
}

const isSamePin = (a: Pin | null, b: Pin | null): boolean =>
  a === null || b === null
    ? a === b
    : a.level === b.level && a.reason === b.reason && a.by === b.by && a.untilMs === b.untilMs;
