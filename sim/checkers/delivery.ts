import { endOf } from "../../core/tao/log.ts";
import type { History, Told, Violation } from "../history.ts";
import { type Position, positionOf, tellPosition } from "../position.ts";
import type { Truth } from "../truth.ts";

const GUARANTEE = "the log reaches its consumers";

/** After quiescence whoever takes a log has heard each of its records, less those that were trimmed before it asked. */
export function checkDelivery({ told = [] }: History, truth: Truth): readonly Violation[] {
  return told.flatMap((listener) =>
    [...recordsOf(listener, truth)]
      .filter((at) => at > listener.skippedTo && !listener.heard.has(at))
      .map((at) => ({
        guarantee: GUARANTEE,
        what: `shard ${listener.shard}: nobody was told of the record that ends at ${tellPosition(at)}`,
      })),
  );
}

const recordsOf = ({ shard }: Told, truth: Truth): ReadonlySet<Position> =>
  new Set(truth.entries(shard).map(({ record }) => positionOf(endOf(record))));
