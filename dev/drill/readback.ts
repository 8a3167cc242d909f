import type { Id } from "../../core/ids.ts";
import type { Sleep } from "../../core/clock.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { Read } from "../../core/tao/types.ts";
import { differences } from "./findings.ts";
import type { Answers, DrillGraph } from "./graph.ts";
import { type Ack, type Lane, postData } from "./writes.ts";

/** Reads of one call. */
const READS_MAX = 1_000;
/** Newest posts of a lane that are compared as a page. */
const PAGE = 50;
/** After this long without writes, a follower that differs is wrong and an inverse is missing. */
const SETTLE_MS = 20_000;
const AGAIN_MS = 50;

/** A read and the only right answer to it. */
interface Question {
  readonly about: "post" | "list" | "inverse";
  readonly read: Read;
  readonly answer: string;
}

export interface Readback {
  /** What a place still got wrong when it had settled, or did not answer. */
  readonly wrong: readonly { readonly about: Question["about"]; readonly read: string }[];
  /** Until it answered everything right, ms. */
  readonly settledMs: number;
}

export interface ReadbackDeps {
  readonly graph: DrillGraph;
  readonly sleep: Sleep;
  readonly nowMs: () => number;
}

/** What `acks` say must be there: each post, each lane's list as it ends, each inverse edge. */
export function questionsOf(lanes: readonly Lane[], acks: readonly Ack[]): Question[] {
  const posts = acks.map(({ lane, opId, post }): Question => {
    const answer = postData(rootOf(lanes, lane), opId);
    return { about: "post", read: { op: "objGet", id: post }, answer };
  });
  const inverses = acks.flatMap(({ lane, liked }): Question[] => {
    const root = rootOf(lanes, lane);
    if (liked === null) return [];
    const read = { op: "assocGet", id1: liked, atype: ASSOC.likedBy, id2s: [root] } as const;
    return [{ about: "inverse", read, answer: `${root}` }];
  });
  return [...posts, ...inverses];
}

/** @param acks all that the lanes ever got. */
export function listQuestions(lanes: readonly Lane[], acks: readonly Ack[]): Question[] {
  const mine = Map.groupBy(acks, ({ lane }) => lane);
  return lanes.flatMap(({ root }, lane): Question[] => {
    const posts = (mine.get(lane) ?? []).map(({ post }) => post);
    const list = { id1: root, atype: ASSOC.authored };
    const newest = posts.toReversed().slice(0, PAGE).join();
    const range: Read = { op: "assocRange", ...list, after: null, limit: PAGE };
    return [
      { about: "list", read: { op: "assocCount", ...list }, answer: `${posts.length}` },
      { about: "list", read: range, answer: newest },
    ];
  });
}

const rootOf = (lanes: readonly Lane[], lane: number): Id => {
  const root = lanes[lane]?.root;
  if (root === undefined) throw new RangeError(`no lane ${lane}`);
  return root;
};

/** Asks one place until it answers all of it right, or long enough. */
export async function readBack(
  from: FollowerPin | "leader",
  questions: readonly Question[],
  { graph, sleep, nowMs }: ReadbackDeps,
): Promise<Readback> {
  const startedMs = nowMs();
  let open = [...questions];
  for (;;) {
    const answers = await askAll(graph, from, open);
    const expected = open.map(({ answer }) => answer);
    open = differences(expected, answers).flatMap((place) => open[place] ?? []);
    const settledMs = nowMs() - startedMs;
    // The leader's own answers are the store's: a post that it does not have is lost.
    const isOver = from === "leader" && answers !== null && open.some((q) => q.about === "post");
    if (open.length === 0 || isOver || settledMs > SETTLE_MS)
      return { wrong: open.map(({ about, read }) => ({ about, read: textOf(read) })), settledMs };
    await sleep(AGAIN_MS);
  }
}

async function askAll(
  graph: DrillGraph,
  from: FollowerPin | "leader",
  questions: readonly Question[],
): Promise<Answers> {
  const answers: string[] = [];
  for (let at = 0; at < questions.length; at += READS_MAX) {
    const reads = questions.slice(at, at + READS_MAX).map(({ read }) => read);
    const part = await graph.readAt(from, reads);
    if (part === null) return null;
    answers.push(...part);
  }
  return answers;
}

const textOf = (read: Read): string =>
  JSON.stringify(read, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
