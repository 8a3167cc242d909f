import { z } from "zod";

import type { Failure } from "../../errors.ts";
import { formatId, type Id, parseId } from "../../ids.ts";
import { inParallel } from "../../in-parallel.ts";
import { LIMITS } from "../../limits.ts";
import { reasonSchema } from "../../ops/actions.ts";
import { err, ok, type Result } from "../../result.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import { formatVersion } from "../../tao/version.ts";
import type { DeadLetter, FanoutRecord, FanoutShardService, FanoutState } from "./service.ts";

const idText = z.string().meta({ description: "Decimal id" });
const milliseconds = (description: string) => z.number().nullable().meta({ description });

export const fanoutShardSchema = z
  .object({
    shard: z.int(),
    position: z.string().nullable().meta({ description: "Its log is read up to here, epoch.seq" }),
    events: z.int().meta({ description: "Events that are not planned yet" }),
    waiting: z.int().meta({ description: "Chunks that wait for their turn" }),
    outstanding: z.int().meta({ description: "Chunks on their way" }),
    dead: z.int().meta({ description: "Chunks put aside after too many tries" }),
    oldestMs: milliseconds("Age of the oldest event whose work is not done"),
    visibleP50Ms: milliseconds("From a post's write to the end of its work, newest thousand"),
    visibleP99Ms: milliseconds("The same, 99th percentile"),
    resent: z.int().meta({ description: "Chunks sent more than once, in all" }),
    activeShare: z.number().meta({ description: "Share of named readers with an entry, lately" }),
    entries: z.number().meta({ description: "Entries looked at for an announced post, lately" }),
    failure: z.string().nullable().meta({ description: "Why it could not be asked" }),
  })
  .meta({ id: "FanoutShard" });

export const fanoutReportSchema = z
  .object({ shards: z.array(fanoutShardSchema) })
  .meta({ id: "FanoutReport" });

export const fanoutPostSchema = z
  .object({
    post: idText,
    author: idText,
    strategy: z.enum(["push", "announce", "skip"]),
    reason: z.string(),
    followers: z.int(),
    costMs: z.number().meta({ description: "Expected cost of the choice, ms of CPU" }),
    chunks: z.int(),
    chunksDone: z.int(),
    named: z.number().meta({ description: "Readers named, once per region" }),
    active: z.number().meta({ description: "Of those, with an entry" }),
    calls: z.int(),
    postedMs: z.int(),
    plannedMs: z.int(),
    doneMs: z.int().nullable().meta({ description: "Unix ms; null while under way" }),
  })
  .meta({ id: "FanoutPost" });

export const deadLetterListSchema = z
  .object({
    items: z.array(
      z.object({
        shard: z.int(),
        chunk: z.int(),
        post: idText.nullable(),
        tries: z.int(),
        lastError: z.string(),
        sinceMs: z.int().meta({ description: "Unix ms of the write that it is about" }),
      }),
    ),
    away: z
      .array(z.object({ shard: z.int(), why: z.string() }))
      .meta({ description: "Shards that could not be asked" }),
  })
  .meta({ id: "DeadLetterList" });

export const replaySchema = z
  .strictObject({
    shard: z.int().min(0).optional().meta({ description: "Absent: every shard" }),
    chunks: z
      .array(z.int().min(0))
      .min(1)
      .max(LIMITS.fanoutChunksMax)
      .optional()
      .meta({ description: "Of that shard; absent: all" }),
    reason: reasonSchema,
  })
  .refine(({ shard, chunks }) => chunks === undefined || shard !== undefined, {
    path: ["shard"],
    message: "says whose chunks these are",
  });

export const replayedSchema = z.object({ replayed: z.int() }).meta({ id: "Replayed" });

export type FanoutShardReport = z.infer<typeof fanoutShardSchema>;
export type FanoutReport = z.infer<typeof fanoutReportSchema>;
export type FanoutPost = z.infer<typeof fanoutPostSchema>;
export type DeadLetterList = z.infer<typeof deadLetterListSchema>;
export type Replay = z.infer<typeof replaySchema>;
/** Whose dead letters are sent again. */
export type ReplayOf = Omit<Replay, "reason">;
export type Replayed = z.infer<typeof replayedSchema>;

export interface FanoutAdminPorts {
  readonly shards: readonly PhysicalShard[];
  readonly shardOf: (id: Id) => PhysicalShard;
  /** Calls may throw. */
  readonly fanout: (shard: PhysicalShard) => FanoutShardService;
  /** The call's answer, or a failure once it has taken too long. */
  readonly inTime: <T>(call: Promise<Result<T, Failure>>) => Promise<Result<T, Failure>>;
}

type Outcome<T> = Promise<Result<T, Failure>>;

/** Every shard's state; one that cannot be asked says so, and the others answer all the same. */
export async function fanoutReport(ports: FanoutAdminPorts): Outcome<FanoutReport> {
  const shards = await inParallel(ports.shards, LIMITS.statsInFlight, async (shard) => {
    const state = await ports.inTime(asked(() => ports.fanout(shard).state()));
    return state.ok ? reportOf(state.value) : { ...NO_STATE, shard, failure: state.error.code };
  });
  return ok({ shards });
}

/** How one post was spread; `not_found` for one that never was, or is forgotten by now. */
export async function fanoutPost(ports: FanoutAdminPorts, post: string): Outcome<FanoutPost> {
  const id = parseId(post);
  if (id === null) return notSpread;
  const record = await asked(() => ports.fanout(ports.shardOf(id)).record(id));
  if (!record.ok) return record;
  return record.value === null ? notSpread : ok(postOf(record.value));
}

/** The oldest first; a shard that cannot be asked is named, and the others' are there all the same. */
export async function deadLetters(ports: FanoutAdminPorts): Outcome<DeadLetterList> {
  const found = await inParallel(ports.shards, LIMITS.statsInFlight, async (shard) => {
    const letters = asked(() => ports.fanout(shard).deadLetters(LIMITS.listPageMax));
    return { shard, letters: await ports.inTime(letters) };
  });
  const items = found
    .flatMap(({ letters }) => (letters.ok ? letters.value : []))
    .toSorted((a, b) => a.sinceMs - b.sinceMs)
    .slice(0, LIMITS.listPageMax);
  const away = found.flatMap(({ shard, letters }) =>
    letters.ok ? [] : [{ shard, why: letters.error.code }],
  );
  return ok({ items: items.map(letterOf), away });
}

/** Sends dead letters again, from their first try on. */
export async function replayDead(ports: FanoutAdminPorts, wanted: ReplayOf): Outcome<Replayed> {
  const { shard, chunks = null } = wanted;
  if (shard !== undefined && !ports.shards.includes(shard))
    return err({ code: "not_found", what: `shard ${shard}` });
  let replayed = 0;
  for (const each of shard === undefined ? ports.shards : [shard]) {
    const done = await asked(() => ports.fanout(each).replay(chunks));
    if (!done.ok) return done;
    if (!done.value.ok) return done.value;
    replayed += done.value.value;
  }
  return ok({ replayed });
}

async function asked<T>(call: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await call());
  } catch {
    return err({
      code: "unavailable",
      dependency: "feed",
      retryAfterMs: LIMITS.overloadRetryMs,
    });
  }
}

const notSpread = err({ code: "not_found", what: "fan-out of this post" } as const);

const NO_STATE = {
  position: null,
  events: 0,
  waiting: 0,
  outstanding: 0,
  dead: 0,
  oldestMs: null,
  visibleP50Ms: null,
  visibleP99Ms: null,
  resent: 0,
  activeShare: 0,
  entries: 0,
};

const reportOf = ({ position, ...state }: FanoutState): FanoutShardReport => ({
  ...state,
  position: position === null ? null : formatVersion(position),
  failure: null,
});

const postOf = ({ post, author, ...record }: FanoutRecord): FanoutPost => ({
  ...record,
  post: formatId(post),
  author: formatId(author),
});

const letterOf = ({ post, ...letter }: DeadLetter): DeadLetterList["items"][number] => ({
  ...letter,
  post: post === null ? null : formatId(post),
});
