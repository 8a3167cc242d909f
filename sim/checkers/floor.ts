import { formatId } from "../../core/ids.ts";
import type { Observation, Seen } from "../history.ts";
import { type Position, tellPosition } from "../position.ts";
import type { Spell, Truth } from "../truth.ts";

/** The spells that agree with `seen`, had begun by `byMs` and had not ended at log position `floor`. */
export function spellsFrom(
  truth: Truth,
  { observation }: Seen,
  floor: Position,
  byMs: number,
): readonly Spell<unknown>[] {
  return truth
    .spellsOf(observation)
    .filter((spell) => spell.until > floor && spell.sinceMs <= byMs);
}

/** A name for the key that an observation is about: what happened to it may be compared. */
export function keyOf(observation: Observation): string {
  switch (observation.of) {
    case "object":
      return `object ${formatId(observation.id)}`;
    case "edge": {
      const { id1, atype, id2 } = observation.key;
      return `edge ${formatId(id1)} ${atype} ${formatId(id2)}`;
    }
    case "count":
    case "newest":
      return `list ${formatId(observation.key.id1)} ${observation.key.atype}`;
  }
}

export function tell({ shard, observation }: Seen): string {
  const what = `shard ${shard} ${observation.of === "count" ? "count of " : ""}${keyOf(observation)}`;
  switch (observation.of) {
    case "object":
    case "edge":
      return `${what} = ${observation.value === null ? "absent" : `${observation.value.data}@${tellPosition(observation.value.version)}`}`;
    case "count":
      return `${what} = ${observation.count}`;
    case "newest":
      return `${what} = [${observation.edges.map((edge) => `${formatId(edge.id2)}@${tellPosition(edge.version)}`).join(" ")}]${observation.downTo === null ? " whole" : ""}`;
  }
}
