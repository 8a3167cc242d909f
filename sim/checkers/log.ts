import { formatId } from "../../core/ids.ts";
import { listKey } from "../../core/tao/keys.ts";
import type { Mutation } from "../../core/tao/log.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import type { History, Seq, Violation } from "../history.ts";

/** G2: per shard, seqs are unique, increasing and without holes; each entry names its key's version before. */
export function checkLog({ commits }: History): readonly Violation[] {
  const heads = new Map<PhysicalShard, Seq>();
  const versions = new Map<string, Seq>();
  const violations: Violation[] = [];
  const flag = (what: string) => violations.push({ guarantee: "G2 one order", what });
  for (const { shard, records } of commits) {
    for (const { seq, prev, mutation } of records.flatMap((record) => record.entries)) {
      const head = heads.get(shard) ?? 0;
      if (seq !== head + 1) flag(`shard ${shard}: ${seq} after ${head}`);
      heads.set(shard, Math.max(head, seq));
      const key = versionKey(mutation);
      const known = versions.get(key) ?? null;
      if ((prev?.seq ?? null) !== known)
        flag(
          `shard ${shard} seq ${seq}: ${key} was at ${known}, the entry says ${prev?.seq ?? null}`,
        );
      versions.set(key, seq);
    }
  }
  return violations;
}

/** Edges share the version of their list. */
const versionKey = (mutation: Mutation): string =>
  mutation.kind === "object"
    ? `object ${formatId(mutation.id)}`
    : `list ${listKey(mutation.id1, mutation.atype)}`;
