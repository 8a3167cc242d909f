import { formatId } from "../../core/ids.ts";
import type { LogEntry } from "../../core/tao/log.ts";
import { formatVersion, sameVersion } from "../../core/tao/version.ts";
import type { History, Violation } from "../history.ts";
import { positionOf } from "../position.ts";
import type { Truth } from "../truth.ts";

/** A write with `ifVersion` took effect on exactly that version of its object, even if it was lost later. */
export function checkPreconditions({ events }: History, truth: Truth): readonly Violation[] {
  const entries = new Map<string, LogEntry>();
  const surviving = [...truth.shards()].flatMap((shard) => truth.entries(shard));
  for (const { shard, at, entry } of [...surviving, ...truth.lost])
    entries.set(`${shard} ${at}`, entry);
  return events.flatMap((event) => {
    if (event.kind !== "write" || event.response === null) return [];
    const { shard, writes, response, client } = event;
    return writes.flatMap((write, index) => {
      if (write.op !== "objUpdate" || write.ifVersion === undefined) return [];
      const result = response.results[index];
      if (!result?.changed || result.version === null) return [];
      const entry = entries.get(`${shard} ${positionOf(result.version)}`);
      if (entry === undefined || sameVersion(entry.prev, write.ifVersion)) return [];
      const [was, asked] = [entry.prev, write.ifVersion].map((version) =>
        version === null ? "absent" : formatVersion(version),
      );
      const what = `${client}: ${formatId(write.id)} was written over ${was}, not ${asked}`;
      return [{ guarantee: "preconditions hold", what }];
    });
  });
}
