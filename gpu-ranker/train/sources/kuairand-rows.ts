import { readdirSync } from "node:fs";
import path from "node:path";

import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

import type { Head } from "../../../core/ranking/heads.ts";

/** Labels of the log, by what they are here. `long_view` is a long dwell, `is_hate` a hide. */
const LABELS = {
  open: "is_click",
  like: "is_like",
  comment: "is_comment",
  share: "is_forward",
  follow: "is_follow",
  dwell: "long_view",
  hide: "is_hate",
} as const satisfies Record<Head, string>;

/**
 * Never a `*_cnt` column: those are averages over the whole collection, so they know the future. Nor
 * `play_time_ms` and the like, which are known only after the fact.
 */
const COLUMNS = [
  "user_id",
  "video_id",
  "author_id",
  "tag",
  "date",
  "time_ms",
  "upload_dt",
  "duration_ms",
  ...Object.values(LABELS),
];

/** One exposure of KuaiRand-Pure (Gao et al., CIKM 2022, https://doi.org/10.1145/3511808.3557624). */
export interface Exposure {
  readonly user: string;
  readonly video: string;
  readonly author: string;
  /** First of its tags; empty when it has none. */
  readonly tag: string;
  /** As 20220425. */
  readonly date: number;
  /** Unix ms. */
  readonly timeMs: number;
  readonly uploadedMs: number;
  readonly durationMs: number;
  readonly actions: readonly Head[];
}

/** Every `exposures-*.parquet` of `folder`, oldest row first. @throws Error when there is none. */
export async function readExposures(folder: string): Promise<Exposure[]> {
  const files = readdirSync(folder).filter((name) => /^exposures-.*\.parquet$/.test(name));
  if (files.length === 0) throw new Error(`no exposures-*.parquet in ${folder}`);
  const exposures: Exposure[] = [];
  for (const name of files.toSorted()) {
    const file = await asyncBufferFromFile(path.join(folder, name));
    const rows = await parquetReadObjects({ file, compressors, columns: COLUMNS });
    for (const row of rows) exposures.push(exposureOf(row));
  }
  return exposures.toSorted((a, b) => a.timeMs - b.timeMs);
}

function exposureOf(row: Readonly<Record<string, unknown>>): Exposure {
  const [tag = ""] = String(row["tag"] ?? "").split(",");
  const timeMs = Number(row["time_ms"]);
  const uploadedMs = Date.parse(String(row["upload_dt"]));
  return {
    user: String(row["user_id"]),
    video: String(row["video_id"]),
    author: String(row["author_id"]),
    tag: tag === "unknown" ? "" : tag,
    date: Number(row["date"]),
    timeMs,
    uploadedMs: Number.isFinite(uploadedMs) ? uploadedMs : timeMs,
    durationMs: Number(row["duration_ms"] ?? 0),
    actions: (Object.keys(LABELS) as Head[]).filter((head) => Number(row[LABELS[head]]) === 1),
  };
}
