import type { Id } from "../../core/ids.ts";
import { type Unit, writeUnits } from "../operator/batches.ts";
import { runPool } from "../operator/pool.ts";
import { IdMap } from "./id-map.ts";
import type { Comment, Network } from "./network.ts";
import type { Sourced } from "./parse.ts";
import type { ImportSession } from "./session.ts";
import { commentUnit, friendUnit, handleUnit, likeUnit, personUnit, postUnit } from "./units.ts";

const CHUNK = 4_000;
/** HTTP calls in flight. */
const CALLS = 4;

/** Rows of one kind, in the order of their files; `unit` makes the writes of one. */
interface Step<T> {
  readonly name: string;
  readonly rows: readonly Sourced<T>[];
  readonly unit: (value: T) => Unit;
  /** Set when the ids are needed later: whose they are. */
  readonly keep?: { readonly kind: "person" | "message"; readonly ldbcId: (value: T) => string };
  /** A second write for what is counted already. */
  readonly uncounted?: true;
}

const found = (id: Id | undefined): Id => {
  // The network was joined before: whatever is in it refers to something that is written.
  if (id === undefined) throw new RangeError("an id of the network is not in the map");
  return id;
};

/** Writes `dynamic/` in dependency order. @returns false when it was stopped on the way. @throws OperatorError */
export async function loadNetwork(session: ImportSession, network: Network): Promise<boolean> {
  const { ids } = session;
  const person = (id: string): Id => found(ids.person(id));
  const message = (id: string): Id => found(ids.message(id));
  const persons = [...network.persons.values()];
  const posts = [...network.posts.values()];
  const total =
    2 * persons.length +
    network.knows.length +
    posts.length +
    network.roots.size +
    network.likes.length;
  const tally = { done: 0 };

  const run = async <T>(step: Step<T>): Promise<boolean> => {
    const chunks = Math.ceil(step.rows.length / CHUNK);
    await runPool(
      chunks,
      CALLS,
      (chunk) => runChunk(session, step, chunk, tally, total),
      session.stop,
    );
    return !session.stop.aborted;
  };
  const comments = async (): Promise<boolean> => {
    for (const [wave, rows] of network.comments.entries()) {
      const unit = (comment: Comment) => {
        const post = message(network.roots.get(comment.id) ?? "");
        return commentUnit(
          comment,
          person(comment.author),
          post,
          comment.parentIsPost ? null : message(comment.parent),
        );
      };
      const keep = { kind: "message", ldbcId: (comment: Comment) => comment.id } as const;
      if (!(await run({ name: `comments${wave}`, rows, unit, keep }))) return false;
    }
    return true;
  };
  return (
    (await run({
      name: "persons",
      rows: persons,
      unit: personUnit,
      keep: { kind: "person", ldbcId: ({ id }) => id },
    })) &&
    (await run({
      name: "handles",
      rows: persons,
      unit: (row) => handleUnit(row, person(row.id)),
      uncounted: true,
    })) &&
    (await run({
      name: "friends",
      rows: network.knows,
      unit: (link) => friendUnit(link, person(link.from), person(link.to)),
    })) &&
    (await run({
      name: "posts",
      rows: posts,
      unit: (post) => postUnit(post, person(post.author)),
      keep: { kind: "message", ldbcId: ({ id }) => id },
    })) &&
    (await comments()) &&
    (await run({
      name: "likes",
      rows: network.likes,
      unit: (like) => likeUnit(like, person(like.from), message(like.to)),
    }))
  );
}

async function runChunk<T>(
  session: ImportSession,
  step: Step<T>,
  chunk: number,
  tally: { done: number },
  total: number,
): Promise<void> {
  const { journal, ids, ledger } = session;
  const rows = step.rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
  const name = `${step.name}:${chunk}`;
  const known = journal.get(name);
  const { keep } = step;
  if (known !== undefined) {
    if (keep !== undefined) for (const pair of known) ids.keepPair(keep.kind, pair);
  } else {
    const written = await writeUnits(
      session.api,
      session.shardMap,
      rows.map(({ value }) => step.unit(value)),
      `ldbc:${session.hash}:${name}`,
    );
    const pairs: string[] = [];
    rows.forEach(({ value }, i) => {
      const id = written[i];
      if (keep === undefined || id === undefined) return;
      ids.keep(keep.kind, keep.ldbcId(value), id);
      pairs.push(IdMap.pair(keep.ldbcId(value), id));
    });
    journal.record(name, pairs);
  }
  if (step.uncounted === undefined)
    for (const { rows: from } of rows) for (const row of from) ledger.imported(row);
  tally.done += rows.length;
  session.progress.update(
    tally.done,
    total,
    `${step.name} · ${tally.done.toLocaleString("en")} of ${total.toLocaleString("en")}`,
  );
}
