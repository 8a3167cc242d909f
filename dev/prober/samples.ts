import { formatId, type Id, type LogicalShard } from "../../core/ids.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Read, Write } from "../../core/tao/types.ts";
import { compareVersions, formatVersion, type Version } from "../../core/tao/version.ts";

/** A post of nobody, on nobody's list: reachable by its id alone, so no page ever shows it. */
export interface Probe {
  readonly shard: PhysicalShard;
  readonly home: LogicalShard;
  readonly id: Id;
}

/** An invalidated object, a refilled list that grows, and one that shrinks. */
const STEPS = ["update", "link", "unlink"] as const;
export type Step = (typeof STEPS)[number];

/** An acknowledged write that every follower must come to show. */
export interface Sample {
  readonly probe: Probe;
  readonly step: Step;
  readonly version: Version;
}

/** As much of an answer about a probe as decides; `edge` is the one to itself. */
export interface ProbeAnswer {
  readonly object: Version | null;
  readonly edge: Version | null;
}

/** What the `turn`-th write of a probe does. */
export const stepOf = (turn: number): Step => STEPS[turn % STEPS.length] ?? "update";

/** Unique by its time or text, so that none is "nothing changed". */
export function writeOf({ id }: Probe, step: Step, nowMs: number, token: string): Write {
  const edge = { id1: id, atype: ASSOC.mutes, id2: id };
  switch (step) {
    case "update":
      return { op: "objUpdate", id, patch: JSON.stringify({ text: token }) };
    case "link":
      return { op: "assocAdd", ...edge, timeMs: nowMs, data: "" };
    case "unlink":
      return { op: "assocDelete", ...edge };
  }
}

/** Both things that a probe's writes change: each read keeps them in the follower's memory. */
export const readsOf = ({ id }: Probe): readonly Read[] => [
  { op: "objGet", id },
  { op: "assocGet", id1: id, atype: ASSOC.mutes, id2s: [id] },
];

/** A probe rests until its last horizon: nothing but this write, or a later one, explains what is seen. */
export function shows({ step, version }: Sample, { object, edge }: ProbeAnswer): boolean {
  switch (step) {
    case "update":
      return compareVersions(object, version) >= 0;
    case "link":
      return compareVersions(edge, version) >= 0;
    case "unlink":
      return edge === null || compareVersions(edge, version) > 0;
  }
}

export const nameOf = ({ probe, step, version }: Sample): string =>
  `${step} of ${formatId(probe.id)} at ${formatVersion(version)}, shard ${probe.shard}`;

/** Probes by shard, each with how often it was written; one is lent out at a time. */
export class ProbePool {
  readonly #free: Map<PhysicalShard, { readonly probe: Probe; turn: number }[]> = new Map();
  readonly #shards: readonly PhysicalShard[];
  #next = 0;

  constructor(probes: readonly Probe[]) {
    for (const probe of probes) {
      const free = this.#free.get(probe.shard) ?? [];
      free.push({ probe, turn: 0 });
      this.#free.set(probe.shard, free);
    }
    this.#shards = [...this.#free.keys()];
  }

  /** The longest rested probe of the next shard; null when all of them still wait for a horizon. */
  take(): { readonly probe: Probe; readonly turn: number; readonly rest: () => void } | null {
    const shard = this.#shards[this.#next++ % this.#shards.length];
    const free = shard === undefined ? undefined : this.#free.get(shard);
    const taken = free?.shift();
    if (free === undefined || taken === undefined) return null;
    const { probe, turn } = taken;
    return { probe, turn, rest: () => free.push({ probe, turn: turn + 1 }) };
  }
}
