import type { Sleep } from "../../core/clock.ts";
import type { Id } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Read } from "../../core/tao/types.ts";
import type { OperatorApi } from "../operator/api.ts";
import type { IdMap } from "./id-map.ts";

/** What the files say must be in the graph. */
export interface Expected {
  readonly persons: number;
  readonly friendships: number;
  readonly posts: number;
  readonly comments: number;
  readonly likes: number;
}

export interface Check {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/** Half of an edge may live on another shard and arrives there a moment later. */
const TRIES_MAX = 30;
const WAIT_MS = 1_000;

/**
 * Counts read back from the graph itself, both halves of every edge.
 * @returns the last answers; they are asked again while halves may still be on their way.
 * @throws OperatorError
 */
export async function readBack(
  api: OperatorApi,
  ids: IdMap,
  expected: Expected,
  sleep: Sleep,
): Promise<readonly Check[]> {
  for (let attempt = 1; ; attempt++) {
    const checks = await readOnce(api, ids, expected);
    if (attempt >= TRIES_MAX || checks.every((check) => check.expected === check.found))
      return checks;
    await sleep(WAIT_MS);
  }
}

async function readOnce(
  api: OperatorApi,
  ids: IdMap,
  expected: Expected,
): Promise<readonly Check[]> {
  const persons = [...ids.persons.values()];
  const messages = [...ids.messages.values()];
  const sum = async (of: readonly Id[], atype: number): Promise<number> => {
    const reads: Read[] = of.map((id1) => ({ op: "assocCount", id1, atype }));
    const answers = await api.read(reads, "leader");
    return answers.reduce(
      (total, answer) => total + (answer.op === "assocCount" ? answer.count : 0),
      0,
    );
  };
  const objects = async (of: readonly Id[]): Promise<number> => {
    const answers = await api.read(
      of.map((id) => ({ op: "objGet", id }) as const),
      "leader",
    );
    return answers.filter((answer) => answer.op === "objGet" && answer.object !== null).length;
  };
  const { friendships, posts, comments, likes } = expected;
  return [
    { what: "people", expected: expected.persons, found: await objects(persons) },
    { what: "posts and comments", expected: posts + comments, found: await objects(messages) },
    {
      what: "friends, from both sides",
      expected: 2 * friendships,
      found: await sum(persons, ASSOC.friends),
    },
    { what: "posts by their authors", expected: posts, found: await sum(persons, ASSOC.authored) },
    {
      what: "authors by their posts",
      expected: posts,
      found: await sum(messages, ASSOC.authoredBy),
    },
    {
      what: "comments by their posts",
      expected: comments,
      found: await sum(messages, ASSOC.comments),
    },
    {
      what: "comments by their authors",
      expected: comments,
      found: await sum(persons, ASSOC.commented),
    },
    { what: "likes by who likes", expected: likes, found: await sum(persons, ASSOC.likes) },
    { what: "likes by what is liked", expected: likes, found: await sum(messages, ASSOC.likedBy) },
  ];
}
