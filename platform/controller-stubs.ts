import type { Published } from "../core/degradation/controller.ts";
import {
  type LevelList,
  type NewDrain,
  type NewPin,
  regionControllerName,
  type RegionControllerService,
} from "../core/degradation/controller-service.ts";
import type { Acting } from "../core/degradation/done.ts";
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
  pin(region: Region, pin: NewPin & Acting): Promise<Result<Published, Failure>>;
  alerts(): Promise<AlertList>;
  acknowledge(
    region: Region,
    alert: string,
    request: NewAcknowledgement & { readonly by: string },
  ): Promise<Result<RegionAlert, Failure>>;
  drain(region: Region, drain: NewDrain & Acting): Promise<Result<Published, Failure>>;
}

export function controllerStubs(
  { CONTROLLER }: ControllerBindings,
  regions: readonly RegionRow[],
): Controllers {
  const hintOf = hintsOf(regions);
  const stub = (region: Region) =>
    CONTROLLER.getByName(regionControllerName(region), hintOf(region));
  const names = regions.map(({ region }) => region);
  /** All at once; each has its time. */
  const ofEach = <T>(
    asked: readonly Region[],
    ask: (one: RegionControllerService) => Promise<T>,
  ): Promise<Answer<T>[]> =>
    Promise.all(
      asked.map(async (region) => {
        const answer = await inItsTime(async () => ok(await ask(stub(region))));
        return { region, answer };
      }),
    );
  return {
    exchange: (region, counts) =>
      inTime(LIMITS.levelExchangeTimeoutMs, `the controller of ${region}`, () =>
        stub(region).exchange(counts),
      ),
    list: async () => listed(await ofEach(names, (one) => one.read())),
    history: async (asked, ask) =>
      (await ofEach(asked, (one) => one.history(ask))).map(({ region, answer }) =>
        answer.ok ? { region, steps: answer.value } : { region, why: answer.error.code },
      ),
    totals: async () =>
      (await ofEach(names, (one) => one.totals())).map(({ region, answer }) => ({
        region,
        totals: answer.ok ? answer.value : null,
      })),
    alerts: async () => listed(await ofEach(names, (one) => one.alerts())),
    acknowledge: (region, alert, request) =>
      inItsTime(() => stub(region).acknowledge(alert, request)),
    pin: (region, pin) => inItsTime(() => stub(region).pin(pin)),
    drain: (region, drain) => inItsTime(() => stub(region).drain(drain)),
  };
}

const inItsTime = <T>(ask: () => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> =>
  within(LIMITS.statsAnswerMs, "controller", answered("controller", ask));

interface Answer<T> {
  readonly region: Region;
  readonly answer: Result<T, Failure>;
}

/** Those that answered, and those that are away. */
const listed = <T>(asked: readonly Answer<T>[]) => ({
  regions: asked.flatMap(({ answer }) => (answer.ok ? [answer.value] : [])),
  away: asked.flatMap(({ region, answer }) =>
    answer.ok ? [] : [{ region, why: answer.error.code }],
  ),
});
