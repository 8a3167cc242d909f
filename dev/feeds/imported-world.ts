import { setTimeout as delay } from "node:timers/promises";

import { MAP } from "../histories/shape.ts";
import { importLdbc } from "../import/import.ts";
import { IdMap } from "../import/id-map.ts";
import { readOracle } from "../import/oracle.ts";
import { findFiles } from "../import/rows.ts";
import type { OperatorApi } from "../operator/api.ts";
import { Journal } from "../operator/journal.ts";
import type { Progress } from "../operator/progress.ts";
import type { Change } from "./changes.ts";

/**
 * Imports an LDBC network with its update stream.
 * @returns what is so from then on, read from the files by other code than the importer's.
 * @throws OperatorError, or Error when the import does not add up.
 */
export async function loadImported(
  api: OperatorApi,
  {
    folder,
    dataFolder,
    progress,
  }: { readonly folder: string; readonly dataFolder: string; readonly progress: Progress },
): Promise<readonly Change[]> {
  const { mapFile, report } = await importLdbc({
    folder,
    api,
    shardMap: MAP,
    dataFolder,
    place: "",
    speed: Number.POSITIVE_INFINITY,
    progress,
    stop: new AbortController().signal,
    sleep: (ms) => delay(ms),
    nowMs: Date.now,
  });
  if (report?.reconciled !== true) throw new Error("the import does not add up");
  const opened = Journal.open(mapFile);
  if (opened === null) throw new Error(`no ${mapFile}`);
  return changesOf(folder, IdMap.from(opened.journal));
}

function changesOf(folder: string, ids: IdMap): readonly Change[] {
  const oracle = readOracle(folder, findFiles(folder));
  const text = (id: bigint | undefined, what: string): string => {
    if (id === undefined) throw new RangeError(`${what} is not in the map of ids`);
    return String(id);
  };
  const userOf = (person: string) => text(ids.person(person), `person ${person}`);
  const joined = oracle.persons.map((person): Change => ({ kind: "joined", user: userOf(person) }));
  const friends = oracle.persons.flatMap((person) =>
    [...oracle.friendsOf(person)].map((other): Change => {
      const [from, to] = [userOf(person), userOf(other)];
      return { kind: "bond", bond: "friend", from, to, on: true };
    }),
  );
  const posts = oracle.persons.flatMap((person) =>
    oracle.postsBy(person).map((post): Change => ({
      kind: "posted",
      post: text(ids.message(post.id), `post ${post.id}`),
      author: userOf(person),
      timeMs: post.createdAtMs,
      audience: "public",
      isImported: true,
    })),
  );
  return [...joined, ...friends, ...posts];
}
