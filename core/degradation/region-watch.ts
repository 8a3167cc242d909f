import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Region } from "../regions/regions.ts";
import { ok, type Result } from "../result.ts";
import { History, type HistoryMinute, type HistoryRows } from "../telemetry/history.ts";
import { type HistoryAsk, type HistoryStep, stepsOf } from "../telemetry/history-series.ts";
import { type RegionCounts, type RegionSums, TIMINGS } from "../telemetry/region-counts.ts";
import { SlidingWindow } from "../telemetry/sliding-window.ts";
import { dwellOf } from "./condition.ts";
import {
  automaticLevel,
  type Change,
  type Controller,
  drained,
  pinned,
  type Published,
  started,
  type Step,
  step,
  unpinned,
} from "./controller.ts";
import type { RegionControllerService, RegionLevel, RegionTotals } from "./controller-service.ts";
import { once } from "./done.ts";
import { type Trigger, TRIGGERS } from "./levels.ts";
import { signalsFrom } from "./region-signals.ts";
import { describe, judge } from "./signals.ts";

export interface RegionWatchPorts {
  readonly clock: Clock;
  readonly store: {
    load(): Controller | null;
    save(controller: Controller): void;
    /** Newest first, a bounded number. */
    changes(): readonly Change[];
    append(change: Change): void;
  };
  readonly history: HistoryRows;
  /** Once for each minute in which something was counted, when it is over: for what looks further back than a level. */
  readonly minuteClosed: (minute: HistoryMinute, history: History) => void;
  /** Somebody must look again at `atMs`, even if nothing comes. */
  readonly lookAt: (atMs: number) => void;
  /** What is published has changed. */
  readonly changed: (published: Published, change: Change) => void;
}

/**
 * One region's controller over time: gathers what isolates count, looks at it once a slice, and keeps
 * what must outlast its memory. A healthy region writes its history; an empty one sleeps.
 */
export class RegionWatch {
  readonly #region: Region;
  readonly #ports: RegionWatchPorts;
  readonly #window = new SlidingWindow();
  readonly #history: History;
  #controller: Controller;
  #lookedMs: number;

  constructor(region: Region, ports: RegionWatchPorts) {
    this.#region = region;
    this.#ports = ports;
    const nowMs = ports.clock.nowMs();
    this.#lookedMs = nowMs;
    this.#controller = ports.store.load() ?? started(nowMs);
    this.#history = new History(ports.history, nowMs);
    // An alarm that another part sets must not come in place of an earlier one that its memory's loss left.
    this.#arm(nowMs);
  }

  /** Takes counts, and looks when it is time. */
  exchange(counts: RegionCounts): Published {
    const nowMs = this.#ports.clock.nowMs();
    const isOpened = this.#history.closesMs === null;
    this.#closed(this.#history.add(counts, this.#controller.published.level, nowMs));
    this.#window.add(counts, nowMs);
    // Of a clock that stepped back there is nothing to wait for.
    const isTime = nowMs - this.#lookedMs >= LIMITS.levelSliceMs || nowMs < this.#lookedMs;
    if (isTime) this.look();
    // Of whoever comes once and never again, the minute must end too.
    else if (isOpened) this.#arm(nowMs);
    return this.#controller.published;
  }

  look(): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#lookedMs = nowMs;
    this.#closed(this.#history.close(nowMs));
    const before = this.#controller;
    this.#take(step(before, signalsFrom(this.#window.sums(nowMs)), nowMs));
    const isMoved = TRIGGERS.some(
      (trigger) => before.conditions[trigger].at !== this.#controller.conditions[trigger].at,
    );
    if (isMoved) this.#ports.store.save(this.#controller);
    this.#arm(nowMs);
  }

  pin(request: Parameters<RegionControllerService["pin"]>[0]): Result<Published, Failure> {
    const nowMs = this.#ports.clock.nowMs();
    const { opId, ...word } = request;
    const { level, ...rest } = word;
    const made = once(this.#controller, { by: word.by, opId }, word, () =>
      level === null
        ? unpinned(this.#controller, rest, nowMs)
        : pinned(this.#controller, { ...rest, level }, nowMs),
    );
    return this.#word(made, nowMs);
  }

  drain(request: Parameters<RegionControllerService["drain"]>[0]): Result<Published, Failure> {
    const nowMs = this.#ports.clock.nowMs();
    const { opId, ...word } = request;
    const made = once(this.#controller, { by: word.by, opId }, word, () =>
      drained(this.#controller, word, nowMs),
    );
    return this.#word(made, nowMs);
  }

  #word(made: Result<Step, Failure>, nowMs: number): Result<Published, Failure> {
    if (!made.ok) return made;
    this.#take(made.value);
    this.#arm(nowMs);
    return ok(this.#controller.published);
  }

  read(): RegionLevel {
    const nowMs = this.#ports.clock.nowMs();
    const sums = this.#window.sums(nowMs);
    const signals = signalsFrom(sums);
    const verdicts = judge(signals);
    const { published, conditions } = this.#controller;
    const { counters } = sums.counts();
    return {
      region: this.#region,
      published,
      automatic: automaticLevel(this.#controller),
      triggers: TRIGGERS.map((trigger) => {
        const condition = conditions[trigger];
        const goodSinceMs = condition.at === "on" ? condition.goodSinceMs : null;
        const endsInMs =
          goodSinceMs === null ? null : Math.max(0, goodSinceMs + dwellOf(condition.trips) - nowMs);
        const isOn = condition.at === "on";
        const signal = describe(trigger, signals);
        return { trigger, verdict: verdicts[trigger], isOn, endsInMs, signal };
      }),
      windowMs: LIMITS.levelWindowMs,
      counters: Object.fromEntries(Object.entries(counters)),
      timings: Object.fromEntries(
        TIMINGS.map((name) => {
          const timing = sums.timing(name);
          const at = (share: number) => timing.quantileMs(share);
          const quantiles = { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
          return [name, { count: timing.count, ...quantiles, maxMs: timing.maxMs }];
        }),
      ),
      changes: [...this.#ports.store.changes()],
    };
  }

  history(ask: HistoryAsk): readonly HistoryStep[] {
    return stepsOf(this.#history, ask);
  }

  /** What was counted since `fromMs`; see `History.sumsSince`. */
  sumsSince(fromMs: number): RegionSums {
    return this.#history.sumsSince(fromMs);
  }

  get published(): Published {
    return this.#controller.published;
  }

  totals(): RegionTotals {
    return {
      ...this.#history.totals(),
      published: this.#controller.published,
      on: this.#on(),
    };
  }

  #on(): readonly Trigger[] {
    return TRIGGERS.filter((trigger) => this.#controller.conditions[trigger].at === "on");
  }

  #closed(minute: HistoryMinute | null): void {
    if (minute !== null) this.#ports.minuteClosed(minute, this.#history);
  }

  /** Beside exchanges: for as long as something is on, pinned, or not written yet, silence must be noticed too. */
  #arm(nowMs: number): void {
    const { pin, drain } = this.#controller.published;
    const isDrained = drain !== undefined && drain.keep < 1;
    const wanted = [this.#history.closesMs ?? Infinity];
    if (pin !== null || isDrained || this.#on().length > 0)
      wanted.push(nowMs + LIMITS.levelSilentLookMs, pin?.untilMs ?? Infinity);
    if (isDrained) wanted.push(Math.max(nowMs + 1, drain.untilMs));
    const nextMs = Math.min(...wanted);
    if (nextMs < Infinity) this.#ports.lookAt(nextMs);
  }

  #take({ next, change }: Step): void {
    const isWord = next.done !== this.#controller.done;
    this.#controller = next;
    if (change === null) {
      // Nothing to publish, but the key of it is taken.
      if (isWord) this.#ports.store.save(next);
      return;
    }
    this.#history.notice(next.published.level);
    this.#ports.store.save(next);
    this.#ports.store.append(change);
    this.#ports.changed(next.published, change);
  }
}
