import type { LagSample } from "../drive/protocol.ts";
import type { Driven, Series } from "../measure/open-loop.ts";

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
}

/** Nearest ranks over all values, none dropped; NaN of nothing. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number) =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    count: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    p9999: at(0.9999),
    max: at(1),
  };
}

/** Latencies by what they are reported under, and how many requests had no answer. */
export function latencySummary(labels: readonly string[], { byLabel }: Driven) {
  const rows = labels.flatMap((name, label) => {
    const series = byLabel.get(label);
    return series === undefined
      ? []
      : [{ name, ...quantiles(series.latenciesMs), failed: failedOf(series) }];
  });
  return { rows, failed: rows.reduce((sum, row) => sum + row.failed, 0) };
}

export const failedOf = ({ outcomes, latenciesMs }: Series): number =>
  latenciesMs.length - (outcomes.ok ?? 0);

/** Lag by region and over all; a write that was never seen counts as one that took for ever. */
export function lagSummary(samples: readonly LagSample[]) {
  const of = (chosen: readonly LagSample[]) =>
    quantiles(chosen.map(({ lagMs }) => lagMs ?? Infinity));
  const regions = [...new Set(samples.map(({ region }) => region))].toSorted();
  return [
    { region: "all", ...of(samples) },
    ...regions.map((region) => ({ region, ...of(samples.filter((one) => one.region === region)) })),
  ];
}
