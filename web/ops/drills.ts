import type { OperatorClient } from "../../client/operator.ts";
import type { Fault, NewDrill } from "../../core/chaos/fault.ts";
import { DRILL_LIMITS } from "../../core/chaos/limits.ts";
import type { DrillList } from "../../core/chaos/service.ts";
import { count, percent, words } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";

/** What to inject, without how long and why: the dialog asks for those. */
export type Wanted = Omit<NewDrill, "reason" | "minutes" | "revision">;

/** "latency of 200 ms: calls of the ranker, us-east, 50 % of them" */
export function faultWords(fault: Fault): string {
  const { dependency, operations, region } = fault;
  const share = "share" in fault && fault.share < 1 ? `, ${percent(fault.share)} of them` : "";
  const which = operations === "all" ? "" : `${operations} of `;
  return `${whatOf(fault)}: ${which}${words(dependency)}, ${region === "all" ? "all regions" : region}${share}`;
}

function whatOf(fault: Fault): string {
  if (fault.kind === "latency")
    return `latency of ${fault.ms} ms${fault.jitterMs > 0 ? ` and up to ${fault.jitterMs} ms more` : ""}`;
  if (fault.kind === "errors") return `errors (${words(fault.failure)})`;
  return fault.kind === "clock-skew" ? `clock off by ${fault.ms} ms` : words(fault.kind);
}

const seenOf = ({ revision, active }: DrillList): Seen => ({
  revision,
  facts: [
    ["Going on", active.length === 0 ? "nothing" : active.map(faultWords).join("; ")],
    ["Revision", String(revision)],
  ],
});
const lookAgain = async (api: OperatorClient): Promise<Seen> => seenOf(await api.drills());

export const startAction = (wanted: Wanted, list: DrillList): Action => ({
  title: `Inject a fault: ${words(wanted.kind)} of ${words(wanted.dependency)}`,
  effect: `Real requests meet it, ${wanted.region === undefined || wanted.region === "all" ? "in every region" : `in ${wanted.region}`}, within two seconds. It ends by itself.`,
  yes: "Start the drill",
  danger: true,
  reasonCharsMax: DRILL_LIMITS.drillReasonCharsMax,
  minutes: { usual: 5, max: DRILL_LIMITS.drillMinutesMax },
  seen: seenOf(list),
  lookAgain,
  async send(api, { reason, minutes, revision, idempotencyKey }) {
    const drill = { ...wanted, reason, minutes, revision: revision ?? 0 } as NewDrill;
    await api.startDrill(drill, { idempotencyKey });
    return `The drill goes on for ${minutes} min.`;
  },
});

/** @param fault null: all of them. */
export const stopAction = (fault: Fault | null, list: DrillList): Action => ({
  title: fault === null ? "Stop all drills" : `Stop the drill: ${faultWords(fault)}`,
  effect: "Within two seconds calls go on as without it.",
  yes: "Stop",
  reasonCharsMax: DRILL_LIMITS.drillReasonCharsMax,
  reasonDefault: "It has been seen.",
  seen: { ...seenOf(list), revision: null },
  lookAgain,
  async send(api, { reason, idempotencyKey }) {
    const { active } =
      fault === null
        ? await api.stopAllDrills({ reason }, { idempotencyKey })
        : await api.stopDrill(fault.id, { reason }, { idempotencyKey });
    return `Stopped. ${count(active.length)} going on.`;
  },
});
