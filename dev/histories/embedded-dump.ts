import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { idFromKey } from "../../core/ids.ts";
import type { Mutation } from "../../core/tao/log.ts";
import { decodeRecord } from "../../core/tao/log-wire.ts";
import { physicalShardOf, type ShardMap } from "../../core/tao/shard-map.ts";
import type { ListRow, ObjectRow } from "../../core/tao/store.ts";
import type { Assoc } from "../../core/tao/types.ts";
import type { ShardDump } from "./shard-dump.ts";

/** Where the runtime keeps the leaders' SQLite, below its data folder. */
const LEADERS = "storage/do/edgewise-objects-ShardLeader";

/**
 * Every leader's SQLite, past all code of the product. The files are copied first: the runtime
 * may still have them open, and must not be disturbed. What is not yet checkpointed is copied
 * before the rest, so that a checkpoint in between takes nothing away.
 */
export function dumpEmbedded(dataFolder: string, map: ShardMap): readonly ShardDump[] {
  const leaders = path.join(dataFolder, LEADERS);
  const scratch = mkdtempSync(path.join(os.tmpdir(), "edgewise-dump-"));
  try {
    return readdirSync(leaders)
      .filter((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"))
      .flatMap((name) => {
        const copy = path.join(scratch, name);
        const wal = path.join(leaders, `${name}-wal`);
        if (existsSync(wal)) copyFileSync(wal, `${copy}-wal`);
        copyFileSync(path.join(leaders, name), copy);
        return dumpFile(copy, map) ?? [];
      });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** null: nothing was ever written there. */
function dumpFile(file: string, map: ShardMap): ShardDump | null {
  const db = new DatabaseSync(file);
  try {
    const log = rowsOf<{ record: string }>(db, "SELECT record FROM log ORDER BY last_seq").map(
      ({ record }) => decodeRecord(record),
    );
    const first = log[0]?.entries[0]?.mutation;
    if (first === undefined) return null;
    return {
      shard: physicalShardOf(map, keyOf(first)),
      log,
      objects: rowsOf<ObjectCells>(db, "SELECT * FROM objects").map(objectRow),
      assocs: rowsOf<AssocCells>(db, "SELECT * FROM assocs").map(assocRow),
      lists: rowsOf<ListCells>(db, "SELECT * FROM lists").map(listRow),
    };
  } finally {
    db.close();
  }
}

const keyOf = (mutation: Mutation) => (mutation.kind === "object" ? mutation.id : mutation.id1);

interface VersionCells {
  readonly epoch: number;
  readonly seq: number;
}
interface ObjectCells extends VersionCells {
  readonly id: string;
  readonly otype: number;
  readonly data: string | null;
}
interface ListCells extends VersionCells {
  readonly id1: string;
  readonly atype: number;
  readonly count: number;
}
interface AssocCells extends VersionCells {
  readonly id1: string;
  readonly atype: number;
  readonly id2: string;
  readonly time_ms: number;
  readonly data: string;
}

/** Columns are those of db/sqlite-schema.ts. */
const rowsOf = <Cells>(db: DatabaseSync, sql: string): readonly Cells[] =>
  db.prepare(sql).all() as unknown as readonly Cells[];

const objectRow = ({ id, otype, data, epoch, seq }: ObjectCells): ObjectRow => ({
  id: idFromKey(id),
  otype,
  data,
  version: { epoch, seq },
});

const assocRow = ({ id1, atype, id2, time_ms, data, epoch, seq }: AssocCells): Assoc => ({
  id1: idFromKey(id1),
  atype,
  id2: idFromKey(id2),
  timeMs: time_ms,
  data,
  version: { epoch, seq },
});

const listRow = ({ id1, atype, count, epoch, seq }: ListCells): ListRow => ({
  id1: idFromKey(id1),
  atype,
  count,
  version: { epoch, seq },
});
