import type { OperatorClient } from "../../client/operator.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Shard, ShardList } from "../../core/regions/shard-admin.ts";
import { span } from "./format.ts";
import type { Action, Seen } from "./ui/action-store.ts";

type Row = ShardList["shards"][number];
export type PlotColour = 1 | 2 | 3 | 4 | 5;

const COLOURS: readonly PlotColour[] = [1, 2, 3, 4, 5];
/** A region keeps its colour as long as no region comes or goes. */
export const colourOf = (regions: readonly string[], region: string): PlotColour =>
  COLOURS[Math.max(0, regions.indexOf(region)) % COLOURS.length] ?? 1;

export function leaseWords(
  { leaseUntilMs, notBeforeMs }: Pick<Shard, "leaseUntilMs" | "notBeforeMs">,
  nowMs: number,
): string {
  if (notBeforeMs > nowMs) return `begins in ${span(notBeforeMs - nowMs)}`;
  if (leaseUntilMs > nowMs) return `${span(leaseUntilMs - nowMs)} more`;
  return leaseUntilMs === 0 ? "never had one" : "over";
}

const seenOf = (row: Row): Seen => ({
  revision: row.epoch,
  facts: [
    ["Leader", row.leader],
    ["Epoch", String(row.epoch)],
    ["End of its log", row.head ?? row.failure ?? "not known"],
  ],
});

async function lookAgain(api: OperatorClient, shard: number): Promise<Seen> {
  const row = (await api.shards()).shards.find((one) => one.shard === shard);
  if (row === undefined) throw new Error(`there is no shard ${shard}`);
  return seenOf(row);
}

export const moveAction = (row: Row, to: string): Action => ({
  title: `Move shard ${row.shard} from ${row.leader} to ${to}`,
  effect: `${row.leader} lets go of the shard, and ${to} leads it in epoch ${row.epoch + 1}. Writes to it wait meanwhile: milliseconds, or until the old lease is over when ${row.leader} does not answer.`,
  yes: "Move it",
  danger: true,
  reasonCharsMax: LIMITS.opsReasonCharsMax,
  seen: seenOf(row),
  lookAgain: (api) => lookAgain(api, row.shard),
  async send(api, { reason, revision, idempotencyKey }) {
    const wanted = { region: to, reason, ...(revision !== null && { epoch: revision }) };
    const moved = await api.moveShard(row.shard, wanted, { idempotencyKey });
    return `Shard ${moved.shard} is led from ${moved.leader}, in epoch ${moved.epoch}.`;
  },
});
