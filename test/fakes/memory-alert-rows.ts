import type { AlertLogLine } from "../../core/slo/alert-service.ts";
import type { AlertWatchPorts } from "../../core/slo/alert-watch.ts";
import type { AlertStates } from "../../core/slo/alerts.ts";
import { SLO_LIMITS } from "../../core/slo/limits.ts";

/** Rows of alerts that outlast whoever watches them. */
export class MemoryAlertRows {
  readonly lines: AlertLogLine[] = [];
  saves = 0;
  #states: string | null = null;

  readonly rows: AlertWatchPorts["rows"] = {
    load: () => (this.#states === null ? null : (JSON.parse(this.#states) as AlertStates)),
    save: (states) => {
      this.saves++;
      this.#states = JSON.stringify(states);
    },
    append: (line) => void this.lines.push({ ...line, seq: this.lines.length + 1 }),
    log: () => this.lines.toReversed().slice(0, SLO_LIMITS.alertLogShown),
  };
}
