import { actionsOf, type MarkedSlate } from "./feature-bucket.ts";
import { DENSE_COUNT, ID_COUNT } from "./features.ts";
import { lineOf } from "./log-record.ts";

/** A segment of the training log: a name that repeats when the same slates are logged again, and its lines. */
export interface LogSegment {
  readonly key: string;
  readonly text: string;
  readonly slates: readonly string[];
}

/** Folder of the log in its R2 bucket. */
export const RANK_LOG_PREFIX = "rank-log/";
const DAY_CHARS = "2026-11-17".length;

/**
 * What viewers were shown, joined with what they did. Posts that never reached a screen are no
 * examples: nobody decided about them. Nor are those of which nobody said where they were shown: a client that
 * tells of no shows would leave nothing but successes.
 *
 * @param bucket tells segments of one moment apart.
 * @returns null without any slate; a segment without text when nothing in them was shown.
 */
export function segmentOf(slates: readonly MarkedSlate[], bucket: string): LogSegment | null {
  const [oldest] = slates;
  if (oldest === undefined) return null;
  const lines = slates.flatMap(linesOf);
  const day = new Date(oldest.atMs).toISOString().slice(0, DAY_CHARS);
  return {
    key: `${RANK_LOG_PREFIX}${day}/${bucket.replaceAll(":", ".")}/${oldest.id}.jsonl`,
    text: lines.map((line) => `${line}\n`).join(""),
    slates: slates.map(({ id }) => id),
  };
}

const linesOf = ({ id, viewer, atMs, schema, items, marks, dense, ids }: MarkedSlate): string[] =>
  items.flatMap(({ post }, row) => {
    const mark = marks.get(post);
    if (mark === undefined || mark.place === null) return [];
    return [
      lineOf({
        schema,
        slate: id,
        timeMs: atMs,
        viewer,
        post,
        place: mark.place,
        actions: actionsOf(mark),
        dense: dense.slice(row * DENSE_COUNT, (row + 1) * DENSE_COUNT),
        ids: ids.slice(row * ID_COUNT, (row + 1) * ID_COUNT),
      }),
    ];
  });
