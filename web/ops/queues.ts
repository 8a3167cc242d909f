import type { OperatorClient } from "../../client/operator.ts";
import type { DeadLetterList, FanoutReport } from "../../core/feed/fanout/admin.ts";
import { LIMITS } from "../../core/limits.ts";
import { count } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";

export type Letter = DeadLetterList["items"][number];

/** What waits anywhere. */
export interface Depth {
  readonly events: number;
  readonly waiting: number;
  readonly outstanding: number;
  readonly dead: number;
  readonly oldestMs: number | null;
}

export const depthOf = ({ shards }: FanoutReport): Depth => ({
  events: sum(shards.map(({ events }) => events)),
  waiting: sum(shards.map(({ waiting }) => waiting)),
  outstanding: sum(shards.map(({ outstanding }) => outstanding)),
  dead: sum(shards.map(({ dead }) => dead)),
  oldestMs: shards.reduce<number | null>(
    (oldest, row) => (row.oldestMs === null ? oldest : Math.max(oldest ?? 0, row.oldestMs)),
    null,
  ),
});

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const seenOf = (letters: number): Seen => ({
  revision: null,
  facts: [["Dead letters", count(letters)]],
});

/** @param letter null: all of every shard. */
export const replayAction = (letter: Letter | null, letters: number): Action => ({
  title:
    letter === null
      ? "Send all dead letters again"
      : `Send chunk ${letter.chunk} of shard ${letter.shard} again`,
  effect:
    "The work begins again from its first try. It can be done any number of times: readers see a post once.",
  yes: "Send again",
  reasonCharsMax: LIMITS.opsReasonCharsMax,
  seen: seenOf(letters),
  lookAgain: async (api: OperatorClient) => seenOf((await api.fanoutDeadLetters()).items.length),
  async send(api, { reason, idempotencyKey }) {
    const of = letter === null ? {} : { shard: letter.shard, chunks: [letter.chunk] };
    const { replayed } = await api.fanoutReplay({ ...of, reason }, { idempotencyKey });
    return replayed === 0
      ? "There was nothing left to send again."
      : `Sent again: ${count(replayed)}.`;
  },
});
