import { createReadStream, readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

/** One line of one file, split at the bars. `file` is relative to the folder that is imported. */
export interface Row {
  readonly file: string;
  readonly line: number;
  readonly fields: readonly string[];
}

/** Rows of a file, one at a time however long it is; empty lines are not rows. */
export async function* readRows(
  folder: string,
  file: string,
  header: boolean,
): AsyncGenerator<Row> {
  const input = createReadStream(path.join(folder, file), "utf8");
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text === "" || (header && line === 1)) continue;
    yield { file, line, fields: text.split("|") };
  }
}

/** `post_hasCreator_person_0_0.csv` holds one part of the table `post_hasCreator_person`. */
export const tableOf = (file: string): string => path.basename(file).replace(/_\d+_\d+\.csv$/, "");

const STREAM = /^updateStream_\d+_\d+_(?:person|forum)\.csv$/;
const PART = /^[A-Za-z_]+_\d+_\d+\.csv$/;

export interface Files {
  /** Of `dynamic/`, all tables. */
  readonly tables: readonly string[];
  readonly streams: readonly string[];
}

/** @throws Error that says what is missing, when `folder` is not an LDBC SNB folder. */
export function findFiles(folder: string): Files {
  const list = (sub: string): readonly string[] => {
    try {
      return readdirSync(path.join(folder, sub)).toSorted();
    } catch {
      return [];
    }
  };
  const tables = list("dynamic").filter((name) => PART.test(name));
  if (!tables.some((name) => tableOf(name) === "person")) {
    throw new Error(`${folder} is not an LDBC SNB folder: it has no dynamic/person_0_0.csv`);
  }
  return {
    tables: tables.map((name) => `dynamic/${name}`),
    streams: list("update_streams")
      .filter((name) => STREAM.test(name))
      .map((name) => `update_streams/${name}`),
  };
}
