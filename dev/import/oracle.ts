import { readFileSync } from "node:fs";
import path from "node:path";

/** What a home feed must show of one post. */
export interface OraclePost {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly createdAtMs: number;
}

/**
 * Every person's home feed, computed straight from the files and by other code than the
 * importer's: friends' posts and one's own, newest first.
 */
export interface Oracle {
  readonly persons: readonly string[];
  friendsOf(person: string): ReadonlySet<string>;
  postsBy(person: string): readonly OraclePost[];
  /** Unordered among posts of one millisecond: the graph orders those by its own ids. */
  feedOf(person: string): readonly OraclePost[];
}

export function readOracle(
  folder: string,
  files: { readonly tables: readonly string[]; readonly streams: readonly string[] },
): Oracle {
  const rows = (file: string, header: boolean): readonly (readonly string[])[] =>
    readFileSync(path.join(folder, file), "utf8")
      .split("\n")
      .slice(header ? 1 : 0)
      .filter((line) => line !== "")
      .map((line) => line.replace(/\r$/, "").split("|"));
  const table = (name: string) =>
    files.tables
      .filter((file) => file.startsWith(`dynamic/${name}_0`))
      .flatMap((file) => rows(file, true));
  const events = files.streams.flatMap((file) => rows(file, false));
  const ofType = (type: string) =>
    events.filter((event) => event[2] === type).map((event) => event.slice(3));

  const persons = new Set([...table("person"), ...ofType("1")].map(([id = ""]) => id));
  const friends = new Map<string, Set<string>>();
  const befriend = (a: string, b: string) => friends.set(a, (friends.get(a) ?? new Set()).add(b));
  for (const [a = "", b = ""] of [...table("person_knows_person"), ...ofType("8")]) {
    befriend(a, b);
    befriend(b, a);
  }
  const authorOf = new Map(
    table("post_hasCreator_person").map(([post = "", author = ""]) => [post, author]),
  );
  const postsBy = new Map<string, OraclePost[]>();
  const add = (fields: readonly string[], author: string) => {
    const [id = "", image = "", created = "", , , , content = ""] = fields;
    const list = postsBy.get(author) ?? [];
    list.push({ id, author, text: content || image, createdAtMs: Number(created) });
    postsBy.set(author, list);
  };
  for (const fields of table("post")) add(fields, authorOf.get(fields[0] ?? "") ?? "");
  for (const fields of ofType("6")) add(fields, fields[8] ?? "");

  return {
    persons: [...persons],
    friendsOf: (person) => friends.get(person) ?? new Set(),
    postsBy: (person) => postsBy.get(person) ?? [],
    feedOf: (person) =>
      [person, ...(friends.get(person) ?? [])]
        .flatMap((author) => postsBy.get(author) ?? [])
        .toSorted((a, b) => b.createdAtMs - a.createdAtMs),
  };
}
