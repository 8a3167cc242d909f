import type { Failure } from "../../../core/errors.ts";
import { type LogicalShard, shardOf } from "../../../core/ids.ts";
import type { Result } from "../../../core/result.ts";
import type { Tao } from "../../../core/tao/tao.ts";
import type { ReadResult, Write } from "../../../core/tao/types.ts";
import { isRead, type Op, readOf, writeOf } from "../workload/op.ts";
import type { DriveAnswer, DriveRequest, Outcome } from "./wire.ts";

/** What a driver needs to ask the graph as many clients would. */
export interface DriverPorts {
  /** A fresh session of a client in the region at this place of the topology. */
  readonly tao: (region: number) => Tao;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Writes of one request commit together per shard: which shard that is. */
  readonly shardOf: (logical: LogicalShard) => number;
  readonly seen: (op: Op, result: ReadResult) => void;
}

/** Runs requests at the times that they name, however long the earlier ones take. */
export async function openLoop(
  requests: readonly DriveRequest[],
  ports: DriverPorts,
): Promise<readonly DriveAnswer[]> {
  const running: Promise<DriveAnswer>[] = [];
  for (const request of requests) {
    const waitMs = request.atMs - ports.nowMs();
    if (waitMs > 0) await ports.sleep(waitMs);
    running.push(serve(request, request.atMs, ports));
  }
  return Promise.all(running);
}

/** Keeps `width` requests in flight, over and over the given ones, until `untilMs`. */
export async function closedLoop(
  requests: readonly DriveRequest[],
  width: number,
  untilMs: number,
  ports: DriverPorts,
): Promise<readonly DriveAnswer[]> {
  const answers: DriveAnswer[] = [];
  let next = 0;
  const lane = async () => {
    while (ports.nowMs() < untilMs) {
      const request = requests[next++ % requests.length];
      if (request === undefined) return;
      answers.push(await serve(request, ports.nowMs(), ports));
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return answers;
}

async function serve(
  request: DriveRequest,
  fromMs: number,
  ports: DriverPorts,
): Promise<DriveAnswer> {
  const outcome = await execute(request, ports);
  // Scheduled times have fractions of a millisecond, the clock has none.
  return { label: request.label, outcome, latencyMs: Math.max(0, ports.nowMs() - fromMs) };
}

async function execute({ region, ops }: DriveRequest, ports: DriverPorts): Promise<Outcome> {
  const tao = ports.tao(region);
  const nowMs = ports.nowMs();
  const [first] = ops;
  if (first === undefined) return "ok";
  if (!isRead(first)) return writeAll(tao, ops, nowMs, ports);
  const reads = ops.map((op) => readOf(op, nowMs)).filter((read) => read !== null);
  const answer = await tao.read(reads, "eventual");
  if (!answer.ok) return outcomeOf(answer);
  for (const [n, op] of ops.entries()) {
    const result = answer.value[n];
    if (result !== undefined) ports.seen(op, result);
  }
  return "ok";
}

/** Atomic per shard; a unit over several shards is several batches, sent together. */
async function writeAll(
  tao: Tao,
  ops: readonly Op[],
  nowMs: number,
  ports: DriverPorts,
): Promise<Outcome> {
  const batches = new Map<number, { readonly home: LogicalShard; readonly writes: Write[] }>();
  for (const op of ops) {
    const write = writeOf(op, nowMs);
    if (write === null) continue;
    const home = shardOf(op.id1);
    const shard = ports.shardOf(home);
    const batch = batches.get(shard);
    if (batch === undefined) batches.set(shard, { home, writes: [write] });
    else batch.writes.push(write);
  }
  const answers = await Promise.all(
    [...batches.values()].map(({ home, writes }) => tao.write(home, writes, null)),
  );
  return answers.map(outcomeOf).find((outcome) => outcome !== "ok") ?? "ok";
}

function outcomeOf(answer: Result<unknown, Failure>): Outcome {
  if (answer.ok) return "ok";
  switch (answer.error.code) {
    case "overloaded":
    case "unavailable":
      return answer.error.code;
    case "deadline_exceeded":
      return "late";
    case "not_found": // A delete or an update of what an earlier write deleted.
      return "ok";
    default:
      return "refused";
  }
}
