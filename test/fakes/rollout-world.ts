import type { Failure } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { FollowedRollouts } from "../../core/rollout/followed.ts";
import { RegionCopy } from "../../core/rollout/region-copy.ts";
import { Registrar } from "../../core/rollout/registrar.ts";
import {
  type AuditEntry,
  newRolloutSchema,
  type RolloutDocument,
  type RolloutView,
  type RolloutWish,
} from "../../core/rollout/rollout.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryRegisterTable } from "./memory-register-table.ts";

const NEVER = () => new Promise<void>(() => {});

/** A register, copies in two regions and isolates, without a network between them. */
export class RolloutWorld {
  readonly clock = new ManualClock(1_000_000);
  readonly table = new MemoryRegisterTable();
  readonly archived: AuditEntry[] = [];
  readonly reports: string[] = [];
  readonly alarms: number[] = [];
  /** Rollouts that somebody was told of since a guard took them back. */
  rolledBack = 0;
  isRegisterAway = false;
  isArchiveAway = false;
  readonly #copies = new Map<string, RegionCopy>();
  registrar = this.restarted();

  restarted(): Registrar {
    this.registrar = new Registrar({
      clock: this.clock,
      table: this.table,
      arm: (atMs) => this.alarms.push(atMs),
      archive: async (entries) => {
        if (this.isArchiveAway) throw new Error("away");
        this.archived.push(...entries);
      },
      report: (event) => this.reports.push(event),
      rolledBack: (count) => {
        this.rolledBack += count;
      },
    });
    return this.registrar;
  }

  copy(region: string, kept: RolloutDocument | null = null): RegionCopy {
    const known = this.#copies.get(region);
    if (known !== undefined) return known;
    const copy = new RegionCopy(region, {
      clock: this.clock,
      kept,
      keep: () => {},
      exchange: async (from, exchange) => {
        if (this.isRegisterAway) throw new Error("away");
        return this.registrar.exchange(from, exchange);
      },
      report: (event) => this.reports.push(event),
    });
    this.#copies.set(region, copy);
    return copy;
  }

  isolate(): FollowedRollouts {
    return new FollowedRollouts({
      clock: this.clock,
      sleep: NEVER,
      exchange: (region, exchange) => this.copy(region).exchange(exchange),
      report: (event) => this.reports.push(event),
    });
  }

  create(wish: Omit<RolloutWish, "reason">, opId: string | null = null) {
    const { reason, ...wanted } = newRolloutSchema.parse({ ...wish, reason: "a test" });
    return this.registrar.create(wanted, reason, { who: "ada", opId });
  }

  async act(
    id: string,
    action: "start" | "pause" | "resume" | "abort" | "kill",
    opId: string | null = null,
  ): Promise<Result<RolloutView, Failure>> {
    const found = await this.registrar.get(id);
    const revision = found.ok ? found.value.revision : 1;
    return this.registrar.act(
      id,
      { action, revision, reason: `to ${action}` },
      { who: "ada", opId },
    );
  }
}
