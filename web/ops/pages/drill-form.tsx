import { useState } from "preact/hooks";

import {
  DRILL_DEPENDENCIES,
  type DrillDependency,
  FAILURES,
  type FaultKind,
  KINDS_OF,
  OPERATIONS,
} from "../../../core/chaos/kinds.ts";
import { DRILL_LIMITS } from "../../../core/chaos/limits.ts";
import type { DrillList } from "../../../core/chaos/service.ts";
import type { LevelList } from "../../../core/degradation/controller-service.ts";
import { useSection } from "../data/sections.ts";
import { startAction, type Wanted } from "../drills.ts";
import { words } from "../format.ts";
import { ActButton } from "../ui/act-button.tsx";

/** What to break, and where. The dialog asks for how long and why. */
export function DrillForm({ list }: { list: DrillList }) {
  const levels = useSection<LevelList>("levels");
  const [dependency, setDependency] = useState<DrillDependency>("ranker");
  const [picked, setKind] = useState<FaultKind>("latency");
  const [region, setRegion] = useState("all");
  const [operations, setOperations] = useState("all");
  const [failure, setFailure] = useState("unavailable");
  const [ms, setMs] = useState("200");
  const [jitterMs, setJitterMs] = useState("0");
  const [percent, setPercent] = useState("100");
  const kinds = KINDS_OF[dependency];
  const kind = kinds.includes(picked) ? picked : (kinds[0] ?? "latency");
  const regions = (levels.value?.regions ?? []).map((row) => row.region).toSorted();
  // What is nothing but read, or no call at all, has no choice.
  const hasOperations = dependency !== "ranker" && kind !== "clock-skew";
  const hasMs = kind === "latency" || kind === "clock-skew";
  const fault = {
    dependency,
    kind,
    region,
    operations: hasOperations ? operations : "all",
    ...(kind === "errors" && { failure }),
    ...(kind === "latency" && { jitterMs: Number(jitterMs) }),
    ...(hasMs && { ms: Number(ms) }),
    ...(kind !== "clock-skew" && { share: Number(percent) / 100 }),
  } as Wanted;
  return (
    <div class="filters" role="group" aria-label="Fault">
      <Choice
        label="What is at fault"
        value={dependency}
        options={DRILL_DEPENDENCIES}
        onPick={(name) => setDependency(DRILL_DEPENDENCIES.find((one) => one === name) ?? "ranker")}
      />
      <Choice
        label="How"
        value={kind}
        options={kinds}
        onPick={(name) => setKind(kinds.find((one) => one === name) ?? "latency")}
      />
      {kind === "errors" && (
        <Choice label="Which error" value={failure} options={FAILURES} onPick={setFailure} />
      )}
      {hasOperations && (
        <Choice
          label="Of which calls"
          value={operations}
          options={OPERATIONS}
          onPick={setOperations}
        />
      )}
      <Choice label="Where" value={region} options={["all", ...regions]} onPick={setRegion} />
      {hasMs && (
        <Amount
          label="Milliseconds"
          value={ms}
          min={kind === "latency" ? 1 : -DRILL_LIMITS.drillSkewMsMax}
          max={kind === "latency" ? DRILL_LIMITS.drillLatencyMsMax : DRILL_LIMITS.drillSkewMsMax}
          onType={setMs}
        />
      )}
      {kind === "latency" && (
        <Amount
          label="And up to so many ms more"
          value={jitterMs}
          min={0}
          max={DRILL_LIMITS.drillLatencyMsMax}
          onType={setJitterMs}
        />
      )}
      {kind !== "clock-skew" && (
        <Amount label="Per cent of calls" value={percent} min={1} max={100} onType={setPercent} />
      )}
      <span class="act-beside">
        <ActButton action={startAction(fault, list)} danger whyNot={whyNot(fault, list)}>
          Start…
        </ActButton>
      </span>
    </div>
  );
}

function whyNot(fault: Wanted, { active }: DrillList): string | null {
  if (active.length >= DRILL_LIMITS.drillsMax) return "As many as there may be are going on.";
  if (fault.dependency === "region" && fault.region === "all")
    return "Say which region is to be unreachable.";
  return null;
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onPick: (name: string) => void;
}

const Choice = ({ label, value, options, onPick }: ChoiceProps) => (
  <label class="field">
    {label}
    <select class="select" value={value} onChange={(event) => onPick(event.currentTarget.value)}>
      {options.map((name) => (
        <option key={name} value={name}>
          {words(name)}
        </option>
      ))}
    </select>
  </label>
);

interface AmountProps {
  readonly label: string;
  readonly value: string;
  readonly min: number;
  readonly max: number;
  readonly onType: (text: string) => void;
}

const Amount = ({ label, value, min, max, onType }: AmountProps) => (
  <label class="field">
    {label}
    <input
      type="number"
      min={min}
      max={max}
      value={value}
      onInput={(event) => onType(event.currentTarget.value)}
    />
  </label>
);
