import { formatVersion } from "../../core/tao/version.ts";
import type { History, Violation, WriteEvent } from "../history.ts";

const GUARANTEE = "opIds take effect once";

/** A replayed opId took effect once, every answer to it is the first one, and a refused one took none. */
export function checkOperations({ commits, events }: History): readonly Violation[] {
  const effects = new Map<string, number>();
  for (const { shard, records } of commits) {
    for (const { opId } of records) {
      if (opId === null) continue;
      const key = `${shard} ${opId}`;
      effects.set(key, (effects.get(key) ?? 0) + 1);
    }
  }
  const answers = new Map<string, string>();
  const violations: Violation[] = [];
  const flag = (what: string) => violations.push({ guarantee: GUARANTEE, what });
  for (const [key, count] of effects) if (count > 1) flag(`${key} took effect ${count} times`);
  for (const event of events) {
    if (event.kind !== "write" || event.opId === null) continue;
    const key = `${event.shard} ${event.opId}`;
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
