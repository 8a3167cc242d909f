import type { LogRecord } from "../../core/tao/log.ts";
import { formatVersion } from "../../core/tao/version.ts";
import type { History, Violation, WriteEvent } from "../history.ts";
import type { Truth } from "../truth.ts";

const GUARANTEE = "opIds take effect once";

/** A replayed opId took effect once, every answer to it is the first one, and a refused one took none. */
export function checkOperations(
  { events, listedOps }: History,
  truth: Truth,
): readonly Violation[] {
  const effects = new Map<string, Set<LogRecord>>();
  for (const shard of truth.shards()) {
    for (const { record } of truth.entries(shard)) {
      const key = `${shard} ${record.opId}`;
      if (record.opId !== null) effects.set(key, (effects.get(key) ?? new Set()).add(record));
    }
  }
  const lost = new Set(truth.lost.map(({ shard, record }) => `${shard} ${record.opId}`));
  for (const { shard, opId } of listedOps) lost.add(`${shard} ${opId}`);
  const answers = new Map<string, string>();
  const violations: Violation[] = [];
  const flag = (what: string) => violations.push({ guarantee: GUARANTEE, what });
  for (const [key, records] of effects)
    if (records.size > 1) flag(`${key} took effect ${records.size} times`);
  for (const event of events) {
    if (event.kind !== "write" || event.opId === null) continue;
    const key = `${event.shard} ${event.opId}`;
    // What was lost is another request when it is asked for again: refused at first, perhaps, and not later.
    if (lost.has(key)) continue;
    if (event.refused && effects.has(key)) flag(`${key} was refused and took effect`);
    const answer = answerOf(event);
    if (answer === null) continue;
    if ((answers.get(key) ?? answer) !== answer) flag(`${key} was answered in two ways`);
    answers.set(key, answer);
  }
  return violations;
}

function answerOf({ response }: WriteEvent): string | null {
  if (response === null) return null;
  const results = response.results.map(({ id, version, changed }) =>
    [id, version === null ? "" : formatVersion(version), changed].join(":"),
  );
  return `${formatVersion(response.at)} ${results.join(" ")}`;
}
