import type { Ledger, RowRef } from "./ledger.ts";
import type { Comment, Post } from "./network.ts";
import {
  isReason,
  type LinkRow,
  type Parsed,
  parseComment,
  parseLink,
  parsePerson,
  parsePost,
  type PersonRow,
} from "./parse.ts";
import { type Files, readRows, type Row } from "./rows.ts";

/** One event of the update stream that is imported. */
export type StreamEvent = { readonly row: RowRef; readonly scheduledMs: number } & (
  | { readonly kind: "person"; readonly person: PersonRow }
  | { readonly kind: "post"; readonly post: Post }
  | { readonly kind: "comment"; readonly comment: Comment }
  | { readonly kind: "like"; readonly like: LinkRow }
  | { readonly kind: "friendship"; readonly link: LinkRow }
);

/** Event types without a use here. */
const IGNORED_EVENTS: Readonly<Record<string, string>> = { "4": "forums", "5": "memberships" };
/** Fields of each imported type, with the three that every event starts with. */
const FIELDS: Readonly<Record<string, number>> = {
  "1": 17,
  "2": 6,
  "3": 6,
  "6": 15,
  "7": 14,
  "8": 6,
};
const NONE = "-1";

type Body<T = StreamEvent> = T extends StreamEvent ? Omit<T, "row" | "scheduledMs"> : never;

/** All events of all streams in the order of their times; two at one time keep the order of their files. */
export async function readEvents(
  folder: string,
  files: Files,
  ledger: Ledger,
): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  // People first: one may post in the same millisecond.
  const streams = files.streams.toSorted(
    (a, b) => Number(b.includes("person")) - Number(a.includes("person")),
  );
  for (const file of streams) {
    for await (const row of readRows(folder, file, false)) {
      ledger.read(row);
      const [scheduled = "", dependency = "", type = "", ...params] = row.fields;
      const ignored = IGNORED_EVENTS[type];
      const problem = headProblem(row, scheduled, dependency);
      if (problem !== null) ledger.rejected(row, problem);
      else if (ignored !== undefined) ledger.ignored(row, ignored);
      else {
        const body = parseBody(type, params);
        if (isReason(body)) ledger.rejected(row, body.reason);
        else {
          const at = { row: { file: row.file, line: row.line }, scheduledMs: Number(scheduled) };
          events.push({ ...at, ...body.value });
        }
      }
    }
  }
  return events.toSorted((a, b) => a.scheduledMs - b.scheduledMs);
}

function headProblem(row: Row, scheduled: string, dependency: string): string | null {
  const type = row.fields[2] ?? "";
  if (!/^\d{1,15}$/.test(scheduled) || !/^\d{1,15}$/.test(dependency)) {
    return `"${scheduled}" and "${dependency}" are not two times in milliseconds`;
  }
  if (Number(dependency) > Number(scheduled)) return "it depends on something that comes later";
  const wanted = FIELDS[type];
  if (wanted !== undefined && row.fields.length !== wanted) {
    return `${row.fields.length} fields, not ${wanted}`;
  }
  return wanted === undefined && IGNORED_EVENTS[type] === undefined
    ? `there is no event type "${type}"`
    : null;
}

const map = <T, U>(parsed: Parsed<T>, use: (value: T) => U): Parsed<U> =>
  isReason(parsed) ? parsed : { value: use(parsed.value) };

function parseBody(type: string, params: readonly string[]): Parsed<Body> {
  switch (type) {
    case "1":
      return map(parsePerson(params), (person) => ({ kind: "person", person }));
    case "6":
      return map(parsePost(params), (post) => ({
        kind: "post",
        post: { ...post, author: params[8] ?? "" },
      }));
    case "7": {
      const [replyToPost = NONE, replyToComment = NONE] = params.slice(8, 10);
      const parentIsPost = replyToPost !== NONE;
      return map(parseComment(params), (comment) => ({
        kind: "comment",
        comment: {
          ...comment,
          author: params[6] ?? "",
          parent: parentIsPost ? replyToPost : replyToComment,
          parentIsPost,
        },
      }));
    }
    case "8":
      return map(parseLink(params), (link) => ({ kind: "friendship", link }));
    default:
      return map(parseLink(params), (like) => ({ kind: "like", like }));
  }
}
