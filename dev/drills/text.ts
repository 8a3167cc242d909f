import type { NewDrill } from "../../core/chaos/fault.ts";
import { newFaultSchema } from "../../core/chaos/fault.ts";
import type { DrillList } from "../../core/chaos/service.ts";
import type { LevelList } from "../../core/degradation/controller-service.ts";
import { FlagError, type Flags, numberFlag, textFlag } from "../operator/flags.ts";

type Fault = DrillList["active"][number];

const MINUTES_DEFAULT = 5;

/** Flags that have the name of the field that they fill. */
const TEXTS = ["dependency", "kind", "region", "operations", "failure", "reason"] as const;
const any = { min: -1e9, max: 1e9, whole: false } as const;

/** @throws FlagError that names the flag. */
export function drillFrom(flags: Flags, revision: number): NewDrill {
  const texts = TEXTS.map((name) => [name, textFlag(flags, name)] as const);
  const wanted = Object.fromEntries<unknown>(
    [
      ...texts,
      ["ms", numberFlag(flags, "ms", any)],
      ["jitterMs", numberFlag(flags, "jitter-ms", any)],
      ["share", numberFlag(flags, "share", any)],
      ["minutes", numberFlag(flags, "minutes", any) ?? MINUTES_DEFAULT],
      ["revision", revision],
    ].filter(([, value]) => value !== undefined) as [string, unknown][],
  );
  const checked = newFaultSchema.safeParse(wanted);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  // A key too many is named in the message, not in the path.
  const field = String(issue?.path[0] ?? "").replace("jitterMs", "jitter-ms");
  throw new FlagError(`${field === "" ? "" : `--${field}: `}${issue?.message ?? "is not valid"}`);
}

/** One line for each that goes on. */
export function activeText({ active }: DrillList, nowMs: number): string {
  if (active.length === 0) return "no drill is going on";
  return active
    .map(
      (fault) =>
        `${fault.id}  ${faultText(fault)}, ${leftOf(fault, nowMs)}: ${fault.reason} (${fault.by})`,
    )
    .join("\n");
}

/** What a drill does, in a few words. */
export function faultText(fault: Fault): string {
  const { dependency, kind, operations, region } = fault;
  const where = region === "all" ? "in all regions" : `in ${region}`;
  const calls = operations === "all" ? "" : ` ${operations}`;
  const share = !("share" in fault) || fault.share === 1 ? "" : ` of ${fault.share * 100} %`;
  return `${dependency}${calls} ${where}: ${kind}${detailOf(fault)}${share}`;
}

function detailOf(fault: Fault): string {
  switch (fault.kind) {
    case "latency":
      return ` ${fault.ms} ms${fault.jitterMs === 0 ? "" : ` and up to ${fault.jitterMs} more`}`;
    case "errors":
      return ` (${fault.failure})`;
    case "clock-skew":
      return ` ${fault.ms} ms`;
    case "partition":
    case "kill":
      return "";
  }
}

const leftOf = ({ untilMs }: Fault, nowMs: number): string =>
  `${Math.max(0, Math.ceil((untilMs - nowMs) / 1_000))} s left`;

/** Where each region is, on one line. */
export function levelsText({ regions, away }: LevelList): string {
  const known = regions.map(
    ({ region, published: { level, reason } }) =>
      `${region} ${level}${level === 0 ? "" : ` (${reason})`}`,
  );
  return [...known, ...away.map(({ region }) => `${region} away`)].join("  ");
}
