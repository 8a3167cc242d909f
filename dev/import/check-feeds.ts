import {
  mintToken,
  type OperatorApi,
  OperatorError,
  type OperatorOptions,
} from "../operator/api.ts";
import { connect, DEFAULT_URL, operatorOptions, placeOf } from "../operator/connect.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { Journal } from "../operator/journal.ts";
import { runPool } from "../operator/pool.ts";
import { progressFor } from "../operator/progress.ts";
import { stopOnSignals } from "../operator/stop.ts";
import { DATA_FOLDER } from "../secrets.ts";
import { expectedFeed, type FeedItem, firstDifference, pageSchema, userIdOf } from "./compare.ts";
import { IdMap } from "./id-map.ts";
import { readOracle } from "./oracle.ts";
import { findFiles } from "./rows.ts";
import { hashOf, mapFileOf } from "./session.ts";

const HELP = `Walks the home feed of every imported person through the API and compares it, post by
post, with what the LDBC files say: posts of friends and self, newest first.

  node dev/import/check-feeds.ts --ldbc FOLDER [options]

  --ldbc FOLDER     what was imported, with its update stream
  --persons N       check only the first N
  --url URL         the product (default ${DEFAULT_URL}, or the port in PORT)
  --secret TEXT     signs the readers' tokens (default: AUTH_SECRET, or the local instance's)
  --data FOLDER     where the import left its map of ids (default .edgewise/data)
  --help            this text

Ends with 1 when any feed differs.`;

const text = { type: "string" } as const;
const OPTIONS = {
  ldbc: text,
  persons: text,
  url: text,
  secret: text,
  data: text,
  help: { type: "boolean" },
} as const;
const READERS = 4;
const PAGE = 50;
/** A walk that is longer than its feed can be never ends. */
const PAGES_MAX = 10_000;

/** All pages, to the one without a cursor. @throws OperatorError */
async function walk(api: OperatorApi, token: string): Promise<readonly FeedItem[]> {
  const items: FeedItem[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = pageSchema.parse(
      await api.get(`/v1/feed?mode=latest&limit=${PAGE}${after}`, token),
    );
    items.push(...answer.items);
    cursor = answer.cursor;
    if (cursor === null) return items;
  }
  throw new RangeError(`a feed of more than ${PAGES_MAX} pages`);
}

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const folder = textFlag(flags, "ldbc");
  if (folder === undefined) throw new FlagError("--ldbc FOLDER is missing");
  const data = textFlag(flags, "data") ?? DATA_FOLDER;
  const options: OperatorOptions = operatorOptions(
    { url: textFlag(flags, "url"), secret: textFlag(flags, "secret"), data },
    process.env,
  );
  const files = findFiles(folder);
  const mapFile = mapFileOf(data, await hashOf(folder, files), placeOf(options.url));
  const opened = Journal.open(mapFile);
  if (opened === null)
    throw new FlagError(`--ldbc: this folder was not imported here (no ${mapFile})`);
  const ids = IdMap.from(opened.journal);
  const oracle = readOracle(folder, files);
  const persons = oracle.persons.slice(
    0,
    numberFlag(flags, "persons", { min: 1, max: 10_000_000 }),
  );

  const api = connect(options);
  const progress = progressFor(process.stderr);
  const stop = stopOnSignals();
  const tally = { persons: 0, posts: 0, longest: 0 };
  const differences: string[] = [];
  await runPool(
    persons.length,
    READERS,
    async (index) => {
      const person = persons[index] ?? "";
      const found = await walk(
        api,
        await mintToken(options, userIdOf(ids, person), Date.now(), "loader"),
      );
      const difference = firstDifference(expectedFeed(oracle, person, ids), found);
      if (difference !== null) differences.push(`person ${person}: ${difference}`);
      tally.persons += 1;
      tally.posts += found.length;
      tally.longest = Math.max(tally.longest, found.length);
      progress.update(
        tally.persons,
        persons.length,
        `${tally.posts.toLocaleString("en")} posts compared`,
      );
    },
    stop,
  );
  progress.finish(differences.slice(0, 20).join("\n"));
  console.log(
    `Compared ${tally.persons} of ${persons.length} persons and ${tally.posts.toLocaleString("en")} posts ` +
      `(longest feed ${tally.longest.toLocaleString("en")}): ${differences.length} feeds differ.`,
  );
  return differences.length === 0 && tally.persons === persons.length ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else if (error instanceof OperatorError) console.error(error.message);
  else console.error(error instanceof Error ? error.message : error);
  return error instanceof FlagError ? 2 : 1;
});
