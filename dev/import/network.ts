import { type Ledger, type RowRef } from "./ledger.ts";
import {
  checkColumns,
  type CommentRow,
  IGNORED,
  isImported,
  isReason,
  type LdbcId,
  type LinkRow,
  type Parsed,
  parseComment,
  parseLink,
  parsePair,
  parsePerson,
  parsePost,
  type PersonRow,
  type PostRow,
  type Sourced,
} from "./parse.ts";
import { type Files, readRows, type Row, tableOf } from "./rows.ts";

export interface Post extends PostRow {
  readonly author: LdbcId;
}
export interface Comment extends CommentRow {
  readonly author: LdbcId;
  /** The message it answers. */
  readonly parent: LdbcId;
  readonly parentIsPost: boolean;
}

/** `dynamic/`, joined and checked: whatever is in here can be imported. */
export interface Network {
  readonly persons: ReadonlyMap<LdbcId, Sourced<PersonRow>>;
  readonly knows: readonly Sourced<LinkRow>[];
  readonly posts: ReadonlyMap<LdbcId, Sourced<Post>>;
  /** Comments by depth: those of wave n answer a post or a comment of wave n - 1. */
  readonly comments: readonly (readonly Sourced<Comment>[])[];
  /** Post at the root of each comment's thread. */
  readonly roots: ReadonlyMap<LdbcId, LdbcId>;
  readonly likes: readonly Sourced<LinkRow>[];
}

interface Raw {
  readonly persons: Map<LdbcId, Sourced<PersonRow>>;
  readonly posts: Map<LdbcId, Sourced<PostRow>>;
  readonly comments: Map<LdbcId, Sourced<CommentRow>>;
  readonly creators: Map<LdbcId, Sourced<LdbcId>>;
  readonly parents: Map<LdbcId, Sourced<{ readonly of: LdbcId; readonly isPost: boolean }>>;
  readonly knows: Sourced<LinkRow>[];
  readonly likes: Sourced<LinkRow>[];
}

/** Reads every table of the folder. Rows without a use are counted, rows without sense are rejected with the reason. */
export async function readNetwork(folder: string, files: Files, ledger: Ledger): Promise<Network> {
  const raw: Raw = {
    persons: new Map(),
    posts: new Map(),
    comments: new Map(),
    creators: new Map(),
    parents: new Map(),
    knows: [],
    likes: [],
  };
  for (const file of files.tables) {
    const table = tableOf(file);
    for await (const row of readRows(folder, file, true)) {
      ledger.read(row);
      const kind = IGNORED[table];
      if (kind !== undefined) ledger.ignored(row, kind);
      else if (isImported(table)) keepRow(raw, table, row, ledger);
      else ledger.rejected(row, `no table of LDBC SNB is called "${table}"`);
    }
  }
  return join(raw, ledger);
}

function keepRow(raw: Raw, table: string, row: Row, ledger: Ledger): void {
  const badCount = checkColumns(table, row.fields);
  if (badCount !== null) return ledger.rejected(row, badCount);
  const put = <T>(into: Map<LdbcId, Sourced<T>>, id: LdbcId, value: T): void => {
    const first = into.get(id)?.rows[0];
    if (first === undefined) into.set(id, { value, rows: [row] });
    else ledger.rejected(row, `${id} is already on line ${first.line} of ${first.file}`);
  };
  const keep = <T>(parsed: Parsed<T>, use: (value: T) => void): void => {
    if (isReason(parsed)) ledger.rejected(row, parsed.reason);
    else use(parsed.value);
  };
  switch (table) {
    case "person":
      return keep(parsePerson(row.fields), (value) => put(raw.persons, value.id, value));
    case "post":
      return keep(parsePost(row.fields), (value) => put(raw.posts, value.id, value));
    case "comment":
      return keep(parseComment(row.fields), (value) => put(raw.comments, value.id, value));
    case "person_knows_person":
      return keep(parseLink(row.fields), (value) => raw.knows.push({ value, rows: [row] }));
    case "person_likes_post":
    case "person_likes_comment":
      return keep(parseLink(row.fields), (value) => raw.likes.push({ value, rows: [row] }));
    case "comment_replyOf_post":
    case "comment_replyOf_comment":
      return keep(parsePair(row.fields), ({ id, of }) =>
        put(raw.parents, id, { of, isPost: table === "comment_replyOf_post" }),
      );
    default:
      return keep(parsePair(row.fields), ({ id, of }) => put(raw.creators, id, of));
  }
}

function join(raw: Raw, ledger: Ledger): Network {
  const reject = (rows: readonly RowRef[], reason: string): void =>
    rows.forEach((row) => ledger.rejected(row, reason));
  const { persons } = raw;

  const posts = new Map<LdbcId, Sourced<Post>>();
  for (const [id, post] of raw.posts) {
    const creator = raw.creators.get(id);
    const rows = [...post.rows, ...(creator?.rows ?? [])];
    if (creator === undefined) reject(rows, `post ${id} has no creator`);
    else if (!persons.has(creator.value))
      reject(rows, `its creator ${creator.value} is no person here`);
    else posts.set(id, { value: { ...post.value, author: creator.value }, rows });
  }
  const { waves, roots } = joinComments(raw, posts, reject);
  for (const [id, creator] of raw.creators) {
    if (!raw.posts.has(id) && !raw.comments.has(id))
      reject(creator.rows, `there is no message ${id}`);
  }
  for (const [id, parent] of raw.parents) {
    if (!raw.comments.has(id)) reject(parent.rows, `there is no comment ${id}`);
  }
  const pairs = new Set<string>();
  const knows = raw.knows.filter(({ value, rows }) => {
    const reason = knowsReason(value, pairs, (id) => persons.has(id));
    if (reason !== null) reject(rows, reason);
    return reason === null;
  });
  const liked = new Set<string>();
  const likes = raw.likes.filter(({ value, rows }) => {
    const hasMessage = (id: LdbcId) => posts.has(id) || roots.has(id);
    const reason = likeReason(value, liked, (id) => persons.has(id), hasMessage);
    if (reason !== null) reject(rows, reason);
    return reason === null;
  });
  return { persons, knows, posts, comments: waves, roots, likes };
}

/** @param pairs friendships so far; a good one is added. @returns why this is none, or null. */
export function knowsReason(
  link: LinkRow,
  pairs: Set<string>,
  isPerson: (id: LdbcId) => boolean,
): string | null {
  const stranger = [link.from, link.to].find((id) => !isPerson(id));
  if (stranger !== undefined) return `${stranger} is no person here`;
  if (link.from === link.to) return "nobody is their own friend";
  const key = [link.from, link.to].toSorted().join("-");
  if (pairs.has(key)) return "these two are friends already";
  pairs.add(key);
  return null;
}

/** @param liked likes so far; a good one is added. @returns why this is none, or null. */
export function likeReason(
  link: LinkRow,
  liked: Set<string>,
  isPerson: (id: LdbcId) => boolean,
  isMessage: (id: LdbcId) => boolean,
): string | null {
  if (!isPerson(link.from)) return `${link.from} is no person here`;
  if (!isMessage(link.to)) return `${link.to} is no message here`;
  const key = `${link.from}-${link.to}`;
  if (liked.has(key)) return "liked already";
  liked.add(key);
  return null;
}

/** Wave by wave from the posts down; what no wave reaches hangs on nothing, or on itself. */
function joinComments(
  raw: Raw,
  posts: ReadonlyMap<LdbcId, unknown>,
  reject: (rows: readonly RowRef[], reason: string) => void,
): { waves: readonly (readonly Sourced<Comment>[])[]; roots: Map<LdbcId, LdbcId> } {
  const roots = new Map<LdbcId, LdbcId>();
  const waves: Sourced<Comment>[][] = [];
  let waiting: Sourced<Comment>[] = [];
  for (const [id, comment] of raw.comments) {
    const [creator, parent] = [raw.creators.get(id), raw.parents.get(id)];
    const rows = [...comment.rows, ...(creator?.rows ?? []), ...(parent?.rows ?? [])];
    if (creator === undefined) reject(rows, `comment ${id} has no creator`);
    else if (parent === undefined) reject(rows, `comment ${id} answers nothing`);
    else if (!raw.persons.has(creator.value))
      reject(rows, `its creator ${creator.value} is no person here`);
    else {
      const { of, isPost } = parent.value;
      waiting.push({
        value: { ...comment.value, author: creator.value, parent: of, parentIsPost: isPost },
        rows,
      });
    }
  }
  const rootOf = ({ parent, parentIsPost }: Comment): LdbcId | undefined =>
    parentIsPost ? (posts.has(parent) ? parent : undefined) : roots.get(parent);
  while (waiting.length > 0) {
    const wave = waiting.filter(({ value }) => rootOf(value) !== undefined);
    if (wave.length === 0) break;
    // Roots are entered after the filter, so that a reply never shares its parent's wave.
    for (const { value } of wave) roots.set(value.id, rootOf(value) ?? value.parent);
    waiting = waiting.filter(({ value }) => !roots.has(value.id));
    waves.push(wave);
  }
  for (const { value, rows } of waiting)
    reject(rows, `its parent ${value.parent} is no message here`);
  return { waves, roots };
}
