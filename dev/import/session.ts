import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";

import type { ShardMap } from "../../core/tao/shard-map.ts";
import type { OperatorApi } from "../operator/api.ts";
import { Journal } from "../operator/journal.ts";
import type { Progress } from "../operator/progress.ts";
import { IdMap } from "./id-map.ts";
import type { Ledger } from "./ledger.ts";
import type { Files } from "./rows.ts";

/** One import into one product: where it writes, what it has written, and the books. */
export interface ImportSession {
  readonly api: OperatorApi;
  readonly shardMap: ShardMap;
  readonly journal: Journal;
  readonly ids: IdMap;
  readonly ledger: Ledger;
  readonly progress: Progress;
  readonly stop: AbortSignal;
  /** Names this folder's content in opIds. */
  readonly hash: string;
}

/** Hash of all files of the folder: another content is another import. */
export async function hashOf(folder: string, files: Files): Promise<string> {
  const hash = createHash("sha256");
  for (const file of [...files.tables, ...files.streams]) {
    hash.update(`${file}\n`);
    for await (const chunk of createReadStream(path.join(folder, file)))
      hash.update(chunk as Buffer);
  }
  return hash.digest("hex").slice(0, 12);
}

/** @param place of a remote product, see `placeOf`. */
export const mapFileOf = (dataFolder: string, hash: string, place: string): string =>
  path.join(dataFolder, `ldbc-map-${hash}${place}.jsonl`);

/** The journal of an earlier run, if the store still holds what it says; else a new one. */
export async function openJournal(file: string, hash: string, api: OperatorApi): Promise<Journal> {
  const opened = Journal.open(file);
  if (opened !== null && opened.header === hash) {
    const [first] = IdMap.from(opened.journal).persons.values();
    if (first === undefined) return opened.journal;
    const [answer] = await api.read([{ op: "objGet", id: first }]);
    if (answer?.op === "objGet" && answer.object !== null) return opened.journal;
  }
  return Journal.create(file, hash);
}
