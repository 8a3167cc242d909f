import {
  deadLetterListSchema,
  type ReplayOf,
  fanoutPostSchema,
  fanoutReportSchema,
  replayedSchema,
  replaySchema,
} from "../../../core/feed/fanout/admin.ts";
import { operation } from "../operation.ts";
import { recorded } from "../recorded.ts";
import { idPath } from "./paths.ts";

/** How posts reach feeds, for operators: docs/fanout.md says what to do with what it shows. */
export const fanoutOperations = [
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "fanout",
    method: "get",
    path: "/v1/admin/fanout",
    summary: "List each shard's fan-out: what waits, what is under way, how long posts take",
    status: 200,
    answer: fanoutReportSchema,
    handle: ({ deps, ctx }) => deps.feed.fanout(ctx),
  }),
  operation({
    tag: "Operators",
    access: "operate",
    cache: "personal",
    rate: "read",
    id: "fanoutPost",
    method: "get",
    path: "/v1/admin/fanout/posts/{id}",
    summary: "Say how one post was spread, why so, and what it cost",
    params: idPath,
    status: 200,
    answer: fanoutPostSchema,
    failures: ["not_found"],
    handle: ({ deps, ctx, params }) => deps.feed.fanoutPost(ctx, params.id),
  }),
  operation({
    tag: "Operators",
    access: "observe",
    cache: "personal",
    rate: "read",
    id: "fanoutDeadLetters",
    method: "get",
    path: "/v1/admin/fanout/dead-letters",
    summary: "List work that was put aside after too many tries, the oldest first",
    status: 200,
    answer: deadLetterListSchema,
    handle: ({ deps, ctx }) => deps.feed.fanoutDeadLetters(ctx),
  }),
  operation({
    tag: "Operators",
    access: "operate",
    cache: "personal",
    rate: "write",
    id: "fanoutReplay",
    method: "post",
    path: "/v1/admin/fanout/replay",
    summary: "Send dead letters again: all, those of a shard, or some of a shard",
    body: replaySchema.meta({ id: "Replay" }),
    status: 200,
    answer: replayedSchema,
    failures: ["not_found"],
    handle: (call) => {
      const { deps, ctx } = call;
      const { reason, ...wanted } = call.body;
      return recorded(call, { action: "fanoutReplay", target: targetOf(wanted), reason }, () =>
        deps.feed.fanoutReplay(ctx, wanted),
      );
    },
  }),
];

function targetOf({ shard, chunks }: ReplayOf): string {
  if (shard === undefined) return "dead letters of every shard";
  return chunks === undefined
    ? `dead letters of shard ${shard}`
    : `${chunks.length} dead letters of shard ${shard}`;
}
