import type { Published } from "../core/degradation/controller.ts";
import {
  type LevelList,
  type NewDrain,
  type NewPin,
  regionControllerName,
  type RegionControllerService,
} from "../core/degradation/controller-service.ts";
import type { Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region, RegionRow } from "../core/regions/regions.ts";
import { ok, type Result } from "../core/result.ts";
import type { AlertList, NewAcknowledgement, RegionAlert } from "../core/slo/alert-service.ts";
import type { Asked, HistoryAsk } from "../core/telemetry/history-series.ts";
import type { RegionCounts } from "../core/telemetry/region-counts.ts";
import type { RegionAsked } from "../core/telemetry/region-metrics.ts";
import { inTime } from "./in-time.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import { within } from "./time-limit.ts";

export interface ControllerBindings {
  readonly CONTROLLER: ObjectNamespace<RegionControllerService>;
}

/** An isolate's way to the controllers of all regions. */
export interface Controllers {
  /** @throws Error when it does not answer within `levelExchangeTimeoutMs`. */
  exchange(region: Region, counts: RegionCounts): Promise<Published>;
  list(): Promise<LevelList>;
  /** Of each of these regions; one that does not answer in time is away. */
  history(asked: readonly Region[], ask: HistoryAsk): Promise<readonly Asked[]>;
  /** Of every region, for a scrape. */
  totals(): Promise<readonly RegionAsked[]>;
  pin(region: Region, pin: NewPin & { readonly by: string }): Promise<Result<Published, Failure>>;
  alerts(): Promise<AlertList>;
  acknowledge(
    region: Region,
    alert: string,
    request: NewAcknowledgement & { readonly by: string },
  ): Promise<Result<RegionAlert, Failure>>;
  drain(
    region: Region,
    drain: NewDrain & { readonly by: string },
  ): Promise<Result<Published, Failure>>;
}

export function controllerStubs(
  { CONTROLLER }: ControllerBindings,
  regions: readonly RegionRow[],
): Controllers {
  const hintOf = hintsOf(regions);
  const stub = (region: Region) =>
    CONTROLLER.getByName(regionControllerName(region), hintOf(region));
  return {
    exchange: (region, counts) =>
      inTime(LIMITS.levelExchangeTimeoutMs, `the controller of ${region}`, () =>
        stub(region).exchange(counts),
      ),
    list: async () => {
      const asked = await Promise.all(
        regions.map(async ({ region }) => {
          const read = answered("controller", async () => ok(await stub(region).read()));
          const answer = await within(LIMITS.statsAnswerMs, "controller", read);
          return { region, answer };
        }),
      );
      return {
        regions: asked.flatMap(({ answer }) => (answer.ok ? [answer.value] : [])),
        away: asked.flatMap(({ region, answer }) =>
          answer.ok ? [] : [{ region, why: answer.error.code }],
        ),
      };
    },
    history: (asked, ask) =>
      Promise.all(
        asked.map(async (region) => {
          const read = answered("controller", async () => ok(await stub(region).history(ask)));
          const answer = await within(LIMITS.statsAnswerMs, "controller", read);
          return answer.ok ? { region, steps: answer.value } : { region, why: answer.error.code };
        }),
      ),
    totals: () =>
      Promise.all(
        regions.map(async ({ region }) => {
          const read = answered("controller", async () => ok(await stub(region).totals()));
          const answer = await within(LIMITS.statsAnswerMs, "controller", read);
          return { region, totals: answer.ok ? answer.value : null };
        }),
      ),
    alerts: async () => {
      const asked = await Promise.all(
        regions.map(async ({ region }) => {
          const read = answered("controller", async () => ok(await stub(region).alerts()));
          const answer = await within(LIMITS.statsAnswerMs, "controller", read);
          return { region, answer };
        }),
      );
      return {
        regions: asked.flatMap(({ answer }) => (answer.ok ? [answer.value] : [])),
        away: asked.flatMap(({ region, answer }) =>
          answer.ok ? [] : [{ region, why: answer.error.code }],
        ),
      };
    },
    acknowledge: (region, alert, request) =>
      within(
        LIMITS.statsAnswerMs,
        "controller",
        answered("controller", () => stub(region).acknowledge(alert, request)),
      ),
    pin: (region, pin) => told(() => stub(region).pin(pin)),
    drain: (region, drain) => told(() => stub(region).drain(drain)),
  };
}

const told = (
  tell: () => Promise<Result<Published, Failure>>,
): Promise<Result<Published, Failure>> =>
  within(LIMITS.statsAnswerMs, "controller", answered("controller", tell));
