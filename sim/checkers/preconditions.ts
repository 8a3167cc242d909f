import { formatId } from "../../core/ids.ts";
import type { LogEntry } from "../../core/tao/log.ts";
import { sameVersion } from "../../core/tao/version.ts";
import type { History, Violation } from "../history.ts";

/** A write with `ifVersion` took effect on exactly that version of its object. */
export function checkPreconditions({ commits, events }: History): readonly Violation[] {
  const entries = new Map<string, LogEntry>();
  for (const { shard, records } of commits) {
    for (const entry of records.flatMap((record) => record.entries))
      entries.set(`${shard} ${entry.seq}`, entry);
  }
  return events.flatMap((event) => {
    if (event.kind !== "write" || event.response === null) return [];
    const { shard, writes, response, client } = event;
    return writes.flatMap((write, index) => {
      if (write.op !== "objUpdate" || write.ifVersion === undefined) return [];
      const result = response.results[index];
      const entry = result?.changed ? entries.get(`${shard} ${result.version?.seq}`) : undefined;
      if (entry === undefined || sameVersion(entry.prev, write.ifVersion)) return [];
      const what = `${client}: ${formatId(write.id)} was written over ${entry.prev?.seq}, not ${write.ifVersion?.seq}`;
      return [{ guarantee: "preconditions hold", what }];
    });
  });
}
