import type { FailureName } from "../telemetry/events.ts";
import type { Clock } from "../clock.ts";
import type { Region } from "../regions/regions.ts";
import { Counted } from "./counted.ts";
import { ROLLOUT_LIMITS } from "./limits.ts";
import type { RolloutDocument } from "./rollout.ts";
import type { Exchange, ExchangeAnswer, RolloutRegionService } from "./service.ts";

export interface RegionCopyPorts {
  readonly clock: Clock;
  /** The copy as it was kept; null: none. */
  readonly kept: RolloutDocument | null;
  readonly keep: (document: RolloutDocument) => void;
  /** Of the register. Ends within a bounded time; may reject. */
  readonly exchange: (region: Region, exchange: Exchange) => Promise<ExchangeAnswer>;
  readonly report: (event: FailureName, error: unknown) => void;
}

/**
 * A region's copy of the register: many isolates ask it, it asks the register a few times a second, and
 * passes on what all of them have counted. When the register is away it answers what it has.
 */
export class RegionCopy implements RolloutRegionService {
  readonly #region: Region;
  readonly #ports: RegionCopyPorts;
  readonly #counted = new Counted();
  #document: RolloutDocument | null;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;

  constructor(region: Region, ports: RegionCopyPorts) {
    this.#region = region;
    this.#ports = ports;
    this.#document = ports.kept;
  }

  async exchange({ revision, deltas }: Exchange): Promise<ExchangeAnswer> {
    for (const delta of deltas.slice(0, 2 * ROLLOUT_LIMITS.rolloutsRunningMax))
      this.#counted.add(delta);
    const ageMs = this.#ports.clock.nowMs() - this.#askedMs;
    if (this.#asking !== null || ageMs >= ROLLOUT_LIMITS.rolloutCopyMs || ageMs < 0)
      await this.#ask();
    if (this.#document === null) throw new Error("the register has never answered this region");
    return { document: this.#document.revision === revision ? null : this.#document };
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#exchange().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #exchange(): Promise<void> {
    const { clock, exchange, keep, report } = this.#ports;
    this.#askedMs = clock.nowMs();
    try {
      const revision = this.#document?.revision ?? null;
      const { document } = await exchange(this.#region, { revision, deltas: this.#counted.take() });
      if (document === null) return;
      this.#document = document;
      keep(document);
    } catch (error) {
      report("rollout_register_away", error);
    }
  }
}
