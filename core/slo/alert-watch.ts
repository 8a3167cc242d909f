import type { Clock } from "../clock.ts";
import { AUTOMATIC } from "../degradation/controller.ts";
import type { Failure } from "../errors.ts";
import type { Region } from "../regions/regions.ts";
import { err, ok, type Result } from "../result.ts";
import type {
  AlertLogLine,
  NewAcknowledgement,
  RegionAlert,
  RegionAlerts,
} from "./alert-service.ts";
import { acknowledge, type AlertState, QUIET, statusOf } from "./alert-state.ts";
import { alertChanged, type Report } from "../telemetry/events.ts";
import {
  type Alert,
  ALERTS,
  type AlertStates,
  isRestless,
  lookAtAlerts,
  type RegionView,
  type Transition,
} from "./alerts.ts";
import { budgetLeft, burnRate, WINDOW_NAMES } from "./burn.ts";
import { SLO_LIMITS } from "./limits.ts";
import { type ObjectiveId, OBJECTIVES } from "./objectives.ts";
import type { Outbox } from "./outbox.ts";
import { messageOf } from "./webhook-message.ts";

/** What the webhook is, as its configuration says. */
export type Webhook =
  | { readonly at: "on"; readonly outbox: Outbox; readonly runbookBase: string | null }
  | { readonly at: "off" }
  | { readonly at: "misconfigured"; readonly why: string };

export interface AlertWatchPorts {
  readonly clock: Clock;
  readonly rows: {
    load(): AlertStates | null;
    save(states: AlertStates): void;
    append(line: Omit<AlertLogLine, "seq">): void;
    /** Newest first, a bounded number. */
    log(): readonly AlertLogLine[];
  };
  readonly view: (nowMs: number) => RegionView;
  readonly webhook: Webhook;
  /** `wake` must be called at this Unix ms, even if nothing comes. */
  readonly wakeAt: (atMs: number) => void;
  readonly report: Report;
}

/**
 * One region's alerts over time: looks once a minute, keeps what must outlast its memory, and has the webhook
 * told. While all is quiet it writes nothing and keeps nobody awake.
 */
export class AlertWatch {
  readonly #region: Region;
  readonly #ports: AlertWatchPorts;
  #states: AlertStates;
  #kept: string;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(region: Region, ports: AlertWatchPorts) {
    this.#region = region;
    this.#ports = ports;
    this.#states = ports.rows.load() ?? {};
    this.#kept = JSON.stringify(this.#states);
    this.#arm();
  }

  /** Looks, unless it has in this minute. Cheap to call. */
  look(): void {
    const { clock, rows, view } = this.#ports;
    const nowMs = clock.nowMs();
    // By the clock's minutes: what comes a little early would otherwise be left out each other time.
    if (minuteOf(nowMs) === minuteOf(this.#lookedMs)) return;
    this.#lookedMs = nowMs;
    const { next, transitions } = lookAtAlerts(this.#states, view(nowMs), nowMs);
    this.#states = next;
    for (const transition of transitions) this.#tell(transition, nowMs);
    const text = JSON.stringify(next);
    // A region in which nothing has ever been bad writes nothing.
    if (text !== this.#kept && (this.#kept !== NEVER_KEPT || isWorthKeeping(next))) {
      rows.save(next);
      this.#kept = text;
    }
    this.#arm();
  }

  /** Looks, and sends what waits. Never rejects. */
  async wake(): Promise<void> {
    this.look();
    const { webhook } = this.#ports;
    if (webhook.at === "on") await webhook.outbox.flush();
    this.#arm();
  }

  acknowledge(
    id: string,
    request: NewAcknowledgement & { readonly by: string },
  ): Result<RegionAlert, Failure> {
    const { clock, rows } = this.#ports;
    const alert = ALERTS.find((one) => one.id === id);
    if (alert === undefined) return err({ code: "not_found", what: `alert ${id}` });
    const nowMs = clock.nowMs();
    const before = this.#states[id] ?? QUIET;
    const made = acknowledge(before, request, nowMs);
    if (!made.ok) return made;
    if (made.value === before) return ok(shown(alert, before));
    this.#states = { ...this.#states, [id]: made.value };
    rows.save(this.#states);
    this.#kept = JSON.stringify(this.#states);
    const { by, reason } = request;
    this.#note({ atMs: nowMs, alert: id, event: "acknowledged", by, why: reason });
    return ok(shown(alert, made.value));
  }

  read(): RegionAlerts {
    const { clock, rows, view } = this.#ports;
    const nowMs = clock.nowMs();
    const { windows } = view(nowMs);
    return {
      region: this.#region,
      lookedMs: Number.isFinite(this.#lookedMs) ? this.#lookedMs : nowMs,
      objectives: OBJECTIVES.map((objective) => objectiveOf(objective, windows)),
      alerts: ALERTS.map((alert) => shown(alert, this.#states[alert.id] ?? QUIET)),
      log: [...rows.log()],
      webhook: this.#webhook(),
    };
  }

  #tell(transition: Transition, nowMs: number): void {
    const { webhook } = this.#ports;
    const { alert, event, state } = transition;
    this.#note({ atMs: nowMs, alert: alert.id, event, by: AUTOMATIC, why: state.why });
    if (webhook.at === "on")
      webhook.outbox.add(messageOf(this.#region, transition, webhook.runbookBase, nowMs));
  }

  #note(line: Omit<AlertLogLine, "seq">): void {
    this.#ports.rows.append(line);
    this.#ports.report(alertChanged(this.#region, line));
  }

  #arm(): void {
    const { clock, webhook, wakeAt } = this.#ports;
    if (isRestless(this.#states)) wakeAt(clock.nowMs() + SLO_LIMITS.alertLookMs);
    const dueMs = webhook.at === "on" ? webhook.outbox.dueMs : null;
    if (dueMs !== null) wakeAt(Math.max(dueMs, clock.nowMs()));
  }

  #webhook(): RegionAlerts["webhook"] {
    const { webhook } = this.#ports;
    const { waiting, delivered, failures, lost, lastDeliveredMs, lastFailure } =
      webhook.at === "on" ? webhook.outbox.state : UNUSED;
    return {
      at: webhook.at,
      why: webhook.at === "misconfigured" ? webhook.why : null,
      waiting,
      delivered,
      failures,
      lost,
      lastDeliveredMs,
      nextTryMs: webhook.at === "on" ? webhook.outbox.dueMs : null,
      lastFailure,
    };
  }
}

const minuteOf = (ms: number): number => Math.floor(ms / SLO_LIMITS.alertLookMs);

const NEVER_KEPT = "{}";

const UNUSED = {
  waiting: 0,
  delivered: 0,
  failures: 0,
  lost: 0,
  lastDeliveredMs: null,
  lastFailure: null,
};

const isWorthKeeping = (states: AlertStates): boolean =>
  isRestless(states) || Object.values(states).some(({ revision }) => revision > 0);

function shown({ id, severity, summary, runbook }: Alert, state: AlertState): RegionAlert {
  const { condition, revision, firedMs, why, acknowledged } = state;
  const resolvedMs = condition.at === "off" ? condition.sinceMs : null;
  const status = statusOf(state);
  return {
    id,
    severity,
    summary,
    runbook,
    status,
    revision,
    firedMs,
    resolvedMs,
    why,
    acknowledged,
  };
}

function objectiveOf(
  { id, title, budget, note }: (typeof OBJECTIVES)[number],
  all: Readonly<Record<ObjectiveId, RegionView["windows"][ObjectiveId]>>,
): RegionAlerts["objectives"][number] {
  const windows = all[id];
  return {
    id,
    title,
    target: 1 - budget,
    note,
    budgetLeft: budgetLeft(windows["30d"], budget),
    burn: WINDOW_NAMES.map((window) => {
      const { total, bad } = windows[window];
      return { window, total, bad, rate: burnRate(windows[window], budget) };
    }),
  };
}
