/** How far a server is in its primary's stream of writes, bytes; only one history's places compare. */
export interface Place {
  readonly history: string;
  readonly offset: number;
  /** Of a replica: does it hear its primary? */
  readonly isLinked: boolean;
}

/** @param info what `INFO replication` says. Null when it does not say so. */
export function placeIn(info: string): Place | null {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
  const history = field("master_replid");
  const offset = Number(field("slave_repl_offset") ?? field("master_repl_offset"));
  if (history === undefined || !Number.isSafeInteger(offset)) return null;
  return { history, offset, isLinked: field("master_link_status") === "up" };
}

/** The service says nothing about what is in it. */
export const tokenOf = ({ history, offset }: Place): string => `${history}:${offset}`;

/** Null for a token that is none of ours, or empty, as a new client's. */
export function placeOf(token: string): Place | null {
  const [, history, offset] = /^([0-9a-f]{40}):(\d{1,15})$/.exec(token) ?? [];
  if (history === undefined) return null;
  return { history, offset: Number(offset), isLinked: false };
}

export const isAtLeast = (place: Place, other: Place): boolean =>
  place.history === other.history && place.offset >= other.offset;
