/**
 * A strict reader of Prometheus' text format, version 0.0.4: throws at whatever the format, or the rules for
 * histograms, do not allow. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)(?: -?\\d+)?$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/;
const VALUE = /^(?:[+-]?Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/;

export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line must end");
  const families = new Map<string, { type: string; help: string; samples: ReadSample[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const [, kind = "", name = "", rest = ""] = COMMENT.exec(line) ?? [];
    if (kind !== "") {
      const known = families.get(name);
      if (known !== undefined && (name !== current || known.samples.length > 0))
        throw new Error(`not together: ${line}`);
      const family = known ?? { type: "untyped", help: "", samples: [] };
      if (kind === "TYPE" && !/^(?:counter|gauge|histogram|summary|untyped)$/.test(rest))
        throw new Error(`no type: ${line}`);
      families.set(name, kind === "TYPE" ? { ...family, type: rest } : { ...family, help: rest });
      current = name;
      continue;
    }
    const sample = sampleOf(line);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
    if (seen.has(key)) throw new Error(`twice: ${line}`);
    seen.add(key);
    const family = families.get(current);
    const isOf = sample.name === current || isPart(sample.name, current, family?.type);
    if (family === undefined || !isOf) throw new Error(`of no family: ${line}`);
    family.samples.push(sample);
  }
  for (const [name, family] of families) if (family.type === "histogram") check(name, family);
  return families;
}

const isPart = (name: string, family: string, type = ""): boolean =>
  type === "histogram" && ["_bucket", "_sum", "_count"].some((end) => name === family + end);

function sampleOf(line: string): ReadSample {
  const [, name = "", inner = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === "" || !VALUE.test(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = inner; rest !== "";) {
    const [all = "", label = "", text = ""] = LABEL.exec(rest) ?? [];
    if (all === "" || Object.hasOwn(labels, label)) throw new Error(`no labels: ${line}`);
    labels[label] = text.replaceAll(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
    rest = rest.slice(all.length);
  }
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

/** Buckets grow to `+Inf`, which is the count. */
function check(name: string, { samples }: ReadFamily): void {
  const series = new Map<string, ReadSample[]>();
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels;
    const key = JSON.stringify(Object.entries(rest).toSorted());
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [labels, of] of series) {
    const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((sample) =>
      Number((sample.labels["le"] ?? "").replace("Inf", "Infinity")),
    );
    const count = of.find((sample) => sample.name === `${name}_count`)?.value;
    const isGrowing = buckets.every(
      ({ value }, at) =>
        value >= (buckets[at - 1]?.value ?? 0) && (bounds[at] ?? 0) > (bounds[at - 1] ?? -Infinity),
    );
    const hasSum = of.some((sample) => sample.name === `${name}_sum`);
    if (!isGrowing || bounds.at(-1) !== Infinity || buckets.at(-1)?.value !== count || !hasSum)
      throw new Error(`not a histogram: ${name} ${labels}`);
  }
}
