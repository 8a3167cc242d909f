import { formatId } from "../../core/ids.ts";
import { listKey } from "../../core/tao/keys.ts";
import type { Mutation } from "../../core/tao/log.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import { formatVersion, sameVersion, type Version } from "../../core/tao/version.ts";
import type { CommitEvent, EpochEvent, History, Violation } from "../history.ts";
import { positionOf, positionOrNull, tellPosition, type Position } from "../position.ts";

const GUARANTEE = "G2 one order";

type Flag = (what: string) => void;

interface Line {
  store: string;
  head: Version;
  /** Per key every version it got, oldest first. */
  readonly versions: Map<string, Position[]>;
}

/**
 * G2: per shard, seqs are unique, increasing and without holes, each in the epoch that began
 * last; epochs increase; each entry names its key's version before, and none falls. A standby
 * stores the same order.
 */
export function checkLog({ shards, misfits = [] }: History): readonly Violation[] {
  const lines = new Map<PhysicalShard, Line>();
  const violations: Violation[] = misfits.map((what) => ({ guarantee: GUARANTEE, what }));
  for (const event of shards) {
    const flag = (what: string) =>
      violations.push({ guarantee: GUARANTEE, what: `shard ${event.shard}: ${what}` });
    const line = lines.get(event.shard) ?? {
      store: event.store,
      head: { epoch: 1, seq: 0 },
      versions: new Map(),
    };
    lines.set(event.shard, line);
    if (event.kind === "epoch") begin(line, event, flag);
    // What an abandoned store takes is no part of the line; `leadership.ts` judges it.
    else if (event.store === line.store) follow(line, event, flag);
  }
  return violations;
}

function begin(line: Line, { store, epoch, after }: EpochEvent, flag: Flag): void {
  if (epoch <= line.head.epoch) flag(`epoch ${epoch} began after ${line.head.epoch}`);
  if (store === line.store && !sameVersion(after, line.head))
    flag(`epoch ${epoch} began at ${formatVersion(after)}, not ${formatVersion(line.head)}`);
  if (store !== line.store) {
    for (const [key, versions] of line.versions)
      line.versions.set(
        key,
        versions.filter((version) => version <= positionOf(after)),
      );
    line.store = store;
  }
  line.head = { epoch, seq: after.seq };
}

function follow(line: Line, { records }: CommitEvent, flag: Flag): void {
  for (const { epoch, entries } of records) {
    for (const { seq, prev, mutation } of entries) {
      const at = { epoch, seq };
      if (epoch !== line.head.epoch || seq !== line.head.seq + 1)
        flag(`${formatVersion(at)} after ${formatVersion(line.head)}`);
      line.head = at;
      const key = versionKey(mutation);
      const versions = line.versions.get(key) ?? [];
      const known = versions.at(-1) ?? null;
      const said = positionOrNull(prev);
      if (said !== known)
        flag(`${formatVersion(at)}: ${key} was ${tellPosition(known)}, not ${tellPosition(said)}`);
      versions.push(positionOf(at));
      line.versions.set(key, versions);
    }
  }
}

/** Edges share the version of their list. */
const versionKey = (mutation: Mutation): string =>
  mutation.kind === "object"
    ? `object ${formatId(mutation.id)}`
    : `list ${listKey(mutation.id1, mutation.atype)}`;
