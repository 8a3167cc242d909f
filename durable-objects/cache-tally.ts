import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type {
  CacheTallyService,
  TallyDeltas,
  TallyReading,
} from "../core/telemetry/cache-tally.ts";
import { systemClock } from "../platform/clock.ts";
import { CacheTallyRows } from "./cache-tally-rows.ts";
import type { ObjectsEnv } from "./env.ts";

/**
 * What clients and gateways of one region counted of their caches: they come and go, and this stays.
 * Gateways add what is new every few seconds; an isolate that ends takes at most that with it.
 */
export class CacheTally extends DurableObject<ObjectsEnv> implements CacheTallyService {
  readonly #clock: Clock;
  readonly #rows: CacheTallyRows;

  // The runtime passes two arguments; a test subclass passes the third.
  constructor(ctx: DurableObjectState, env: ObjectsEnv, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
    this.#rows = new CacheTallyRows(ctx.storage.sql);
  }

  async add(deltas: TallyDeltas): Promise<void> {
    this.#rows.add(deltas, this.#clock.nowMs());
  }

  async read(): Promise<TallyReading> {
    return this.#rows.read();
  }
}
