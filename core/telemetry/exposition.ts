import type { Histogram } from "./histogram.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}
export interface Distribution {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

/** One metric with everything that is known of it. Names and help texts are ours, labels are escaped. */
export type Family =
  | {
      readonly type: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Sample[];
    }
  | {
      readonly type: "histogram";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Distribution[];
    };

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Upper bounds of exposed buckets, ms. Each is a bound of `Histogram` too, so that cumulative counts are
 * exact; the objectives' 50, 75, 100 and 300 ms are among them.
 */
export const EXPOSED_MS = [
  1.5625, 3.125, 6.25, 12.5, 25, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1_600, 3_200, 6_400,
  12_800, 25_600, 51_200,
] as const;

/**
 * Prometheus' text format, version 0.0.4.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function expositionOf(families: readonly Family[]): string {
  return families.map(familyText).join("");
}

function familyText(family: Family): string {
  const { name, help, type } = family;
  const lines =
    family.type === "histogram"
      ? family.samples.flatMap((sample) => bucketLines(name, sample))
      : family.samples.map(({ labels, value }) => line(name, labels, value));
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function bucketLines(name: string, { labels, histogram }: Distribution): string[] {
  const buckets = histogram.buckets();
  let [at, passed] = [0, 0];
  const cumulative = EXPOSED_MS.map((upToMs) => {
    for (; (buckets[at]?.[0] ?? Infinity) <= upToMs; at++) passed += buckets[at]?.[1] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: String(upToMs / 1_000) }, passed);
  });
  return [
    ...cumulative,
    line(`${name}_bucket`, { ...labels, le: "+Inf" }, histogram.count),
    line(`${name}_sum`, labels, histogram.sumMs / 1_000),
    line(`${name}_count`, labels, histogram.count),
  ];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`,
  );
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
