import type { Sleep } from "../../core/clock.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import type { OperatorApi } from "../operator/api.ts";
import type { Progress } from "../operator/progress.ts";
import { readEvents, type StreamEvent } from "./events.ts";
import { IdMap } from "./id-map.ts";
import { Ledger } from "./ledger.ts";
import { loadNetwork } from "./load-network.ts";
import { type Network, readNetwork } from "./network.ts";
import { Replay } from "./replay.ts";
import { type ImportReport, makeReport } from "./report.ts";
import { findFiles } from "./rows.ts";
import { hashOf, type ImportSession, mapFileOf, openJournal } from "./session.ts";
import { type Expected, readBack } from "./verify.ts";

export interface ImportOptions {
  readonly folder: string;
  readonly api: OperatorApi;
  readonly shardMap: ShardMap;
  /** Where the map from LDBC's ids to the graph's is kept. */
  readonly dataFolder: string;
  /** In that map's name: "" for the local product. */
  readonly place: string;
  /** null: without the update stream. Infinity: as fast as possible. */
  readonly speed: number | null;
  readonly progress: Progress;
  readonly stop: AbortSignal;
  readonly sleep: Sleep;
  readonly nowMs: () => number;
}

export interface ImportOutcome {
  readonly mapFile: string;
  /** null when it was stopped on the way. */
  readonly report: ImportReport | null;
}

/**
 * Imports an LDBC SNB folder into a running product and checks the books against the
 * graph. Repeating it changes nothing; an interrupted import goes on.
 * @throws OperatorError, or an Error that says why `folder` is none.
 */
export async function importLdbc(options: ImportOptions): Promise<ImportOutcome> {
  const { folder, api, shardMap, progress, stop, sleep, nowMs, speed } = options;
  const files = findFiles(folder);
  const hash = await hashOf(folder, files);
  const mapFile = mapFileOf(options.dataFolder, hash, options.place);
  const journal = await openJournal(mapFile, hash, api);
  const ledger = new Ledger();
  const session: ImportSession = {
    api,
    shardMap,
    journal,
    ids: new IdMap(),
    ledger,
    progress,
    stop,
    hash,
  };

  const network = await readNetwork(folder, files, ledger);
  const events = speed === null ? [] : await readEvents(folder, files, ledger);
  if (!(await loadNetwork(session, network))) return { mapFile, report: null };
  const replay = new Replay(session, network, { sleep, nowMs });
  if (!(await replay.run(events, speed ?? 1))) return { mapFile, report: null };

  const expected = expectedOf(network, events, ledger);
  return { mapFile, report: makeReport(ledger, await readBack(api, session.ids, expected, sleep)) };
}

/** From the files, not from what was written: a write that went missing must show. */
function expectedOf(network: Network, events: readonly StreamEvent[], ledger: Ledger): Expected {
  const rejected = new Set(ledger.rejections.map(({ file, line }) => `${file}:${line}`));
  const good = events.filter(({ row }) => !rejected.has(`${row.file}:${row.line}`));
  const streamed = (kind: StreamEvent["kind"]): number =>
    good.filter((event) => event.kind === kind).length;
  return {
    persons: network.persons.size + streamed("person"),
    friendships: network.knows.length + streamed("friendship"),
    posts: network.posts.size + streamed("post"),
    comments: network.roots.size + streamed("comment"),
    likes: network.likes.length + streamed("like"),
  };
}
