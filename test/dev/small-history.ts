import { type Id, idRange, logicalShard } from "../../core/ids.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { evenShardMap } from "../../core/tao/shard-map.ts";
import type { ShardDump } from "../../dev/histories/shard-dump.ts";
import type { ClientEvent, FinalView, ReadEvent, WriteEvent } from "../../sim/history.ts";
import { positionOf } from "../../sim/position.ts";

export const map = evenShardMap(2, new Map([["us-east", 1]]));
export const ANN = ((idRange(logicalShard(0)).from as bigint) + 9n) as Id;
export const BEN = (ANN + 1n) as Id;
export const at = (seq: number, epoch = 1) => ({ epoch, seq });

const objectRecord = (seq: number, data: string, prev: number | null): LogRecord => ({
  epoch: 1,
  opId: `op${seq}`,
  timeMs: seq * 1_000,
  entries: [
    {
      seq,
      prev: prev === null ? null : at(prev),
      mutation: { kind: "object", id: ANN, otype: 1, data },
    },
  ],
});
export const edgeRecord: LogRecord = {
  epoch: 1,
  opId: null,
  timeMs: 3_000,
  entries: [
    {
      seq: 3,
      prev: null,
      mutation: {
        kind: "assoc",
        id1: ANN,
        atype: ASSOC.mutes,
        id2: BEN,
        timeMs: 5,
        data: "",
        count: 1,
      },
    },
  ],
};

/** ANN is written twice, then mutes BEN; the tables say the same. */
export const dump: ShardDump = {
  shard: 0,
  log: [objectRecord(1, '"a"', null), objectRecord(2, '"b"', 1), edgeRecord],
  objects: [{ id: ANN, otype: 1, data: '"b"', version: at(2) }],
  assocs: [{ id1: ANN, atype: ASSOC.mutes, id2: BEN, timeMs: 5, data: "", version: at(3) }],
  lists: [{ id1: ANN, atype: ASSOC.mutes, count: 1, version: at(3) }],
};

export const wrote = (seq: number): WriteEvent => ({
  kind: "write",
  client: "ann",
  shard: 0,
  invokeMs: seq * 1_000,
  doneMs: seq * 1_000 + 5,
  opId: `op${seq}`,
  writes: [{ op: "objUpdate", id: ANN, patch: "{}" }],
  refused: false,
  response: {
    results: [{ id: ANN, version: at(seq), changed: true }],
    at: at(seq),
    replayed: false,
    timeMs: seq * 1_000,
  },
});
export const saw = (atMs: number, data: string, seq: number): ReadEvent => ({
  kind: "read",
  client: "ben",
  invokeMs: atMs,
  doneMs: atMs + 1,
  consistency: "eventual",
  staleMs: null,
  allowStale: false,
  seen: [
    {
      shard: 0,
      observation: { of: "object", id: ANN, value: { data, version: positionOf(at(seq)) } },
    },
  ],
});
export const finals: readonly FinalView[] = [
  { follower: "0:us-east:0", seen: saw(0, '"b"', 2).seen },
];
export const events: readonly ClientEvent[] = [wrote(1), wrote(2), saw(2_500, '"b"', 2)];
