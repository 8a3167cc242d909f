import type { LevelList } from "../../core/degradation/controller-service.ts";
import type { RolloutList } from "../../core/rollout/rollout.ts";
import type { AlertList } from "../../core/slo/alert-service.ts";
import type { ActionList } from "../../core/ops/actions.ts";
import { words } from "./format.ts";

/** One line of the merged log, whatever it came from. */
export interface AuditLine {
  /** Names it among all. */
  readonly key: string;
  /** Unix ms. */
  readonly atMs: number;
  readonly source: "level" | "rollout" | "alert" | "drill" | "action";
  readonly who: string;
  readonly what: string;
  readonly why: string;
  /** null: everywhere. */
  readonly region: string | null;
}

/** As much of a drill's log as a line needs: builds without drills have none of it. */
export interface DrillLog {
  readonly audit: readonly {
    readonly atMs: number;
    readonly revision: number;
    readonly what: string;
    readonly by: string;
    readonly reason: string;
    readonly fault: {
      readonly dependency: string;
      readonly kind: string;
      /** `all`, or a region. */
      readonly region: string;
    };
  }[];
}

export interface AuditSources {
  readonly levels: LevelList | null;
  readonly rollouts: RolloutList | null;
  readonly alerts: AlertList | null;
  readonly drills: DrillLog | null;
  readonly actions: ActionList | null;
}

export interface AuditFilter {
  /** Part of a name; "" is everybody. */
  readonly who: string;
  readonly source: AuditLine["source"] | "";
  readonly region: string;
  /** Part of what was done or why; "" is anything. */
  readonly text: string;
}

/** Newest first. Each source brings at most what its own answer shows. */
export function auditOf({ levels, rollouts, alerts, drills, actions }: AuditSources): AuditLine[] {
  return [
    ...(levels?.regions ?? []).flatMap(levelLines),
    ...(rollouts?.audit ?? []).map(rolloutLine),
    ...(alerts?.regions ?? []).flatMap(alertLines),
    ...(drills?.audit ?? []).map(drillLine),
    ...(actions?.actions ?? []).map(actionLine),
  ].toSorted((a, b) => b.atMs - a.atMs || a.key.localeCompare(b.key));
}

export function filtered(lines: readonly AuditLine[], filter: AuditFilter): AuditLine[] {
  const has = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());
  return lines.filter(
    (line) =>
      has(line.who, filter.who) &&
      (filter.source === "" || line.source === filter.source) &&
      // What happened everywhere happened in the picked region too.
      (filter.region === "" || line.region === null || line.region === filter.region) &&
      has(`${line.what} ${line.why}`, filter.text),
  );
}

const levelLines = ({ region, changes }: LevelList["regions"][number]): AuditLine[] =>
  changes.map(({ atMs, revision, from, to, reason, by, pin }) => ({
    key: `level ${region} ${revision}`,
    atMs,
    source: "level",
    who: by,
    what: `${pin === null ? "level" : "pinned, level"} ${from} → ${to}`,
    why: pin?.reason ?? reason,
    region,
  }));

const rolloutLine = (entry: RolloutList["audit"][number]): AuditLine => ({
  key: `rollout ${entry.seq}`,
  atMs: entry.atMs,
  source: "rollout",
  who: entry.who,
  what: `${entry.rollout}: ${words(entry.action)}, ${entry.from ?? "nothing"} → ${entry.to}`,
  why: entry.reason,
  region: null,
});

const alertLines = ({ region, log }: AlertList["regions"][number]): AuditLine[] =>
  log.map(({ seq, atMs, alert, event, by, why }) => ({
    key: `alert ${region} ${seq}`,
    atMs,
    source: "alert",
    who: by,
    what: `${alert}: ${event}`,
    why,
    region,
  }));

const drillLine = (entry: DrillLog["audit"][number], index: number): AuditLine => ({
  key: `drill ${entry.revision} ${index}`,
  atMs: entry.atMs,
  source: "drill",
  who: entry.by,
  what: `${words(entry.fault.dependency)}, ${words(entry.fault.kind)}: ${entry.what}`,
  why: entry.reason,
  region: entry.fault.region === "all" ? null : entry.fault.region,
});

const actionLine = (entry: ActionList["actions"][number]): AuditLine => ({
  key: `action ${entry.id}`,
  atMs: entry.atMs,
  source: "action",
  who: entry.who,
  what: `${words(entry.action.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))}: ${entry.target} (${entry.outcome})`,
  why: entry.reason,
  region: null,
});
