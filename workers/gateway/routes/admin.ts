import { z } from "zod";

import {
  newLeaderSchema,
  shardListSchema,
  shardSchema,
} from "../../../core/regions/shard-admin.ts";
import { graphReadSchema, graphWriteSchema } from "../../../core/tao/graph-wire.ts";
import { LIMITS } from "../../../core/limits.ts";
import { operation } from "../operation.ts";
import { recorded } from "../recorded.ts";

/** The feed Worker parses and answers; the gateway checks the role and the size. */
const common = {
  method: "post",
  tag: "Operators",
  access: "load",
  rate: "write",
  cache: "personal",
  bodyKind: "text",
  priority: "batch",
  bodyBytesMax: LIMITS.adminBodyBytesMax,
  status: 200,
} as const;

const asText = (schema: z.ZodType) => schema as z.ZodType<string>;

const shardPath = z.object({
  shard: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,6})$/, "the number of a shard")
    .transform(Number)
    .meta({ description: "Physical shard", example: "3" }),
});

export const adminOperations = [
  operation({
    ...common,
    id: "graphWrite",
    path: "/v1/admin/graph/write",
    summary: "Write batches to the graph, each atomic and idempotent by its opId",
    body: asText(graphWriteSchema.meta({ id: "GraphWrite" })),
    answer: z.object({ batches: z.array(z.record(z.string(), z.unknown())) }),
    failures: ["limit_reached"],
    handle: ({ deps, ctx, body }) => deps.feed.graphWrite(ctx, body),
  }),
  operation({
    ...common,
    id: "graphRead",
    path: "/v1/admin/graph/read",
    summary: "Read from the graph, or from one given follower of each shard",
    body: asText(graphReadSchema.meta({ id: "GraphRead" })),
    answer: z.object({
      results: z.array(z.record(z.string(), z.unknown())),
      staleMs: z
        .number()
        .nullable()
        .optional()
        .meta({ description: "Of a given follower: how old its marked answer may be, ms" }),
    }),
    handle: ({ deps, ctx, body }) => deps.feed.graphRead(ctx, body),
  }),
  operation({
    tag: "Operators",
    access: "observe",
    rate: "read",
    cache: "personal",
    id: "shards",
    method: "get",
    path: "/v1/admin/shards",
    summary: "List where every shard is led, until when, and how far its log is",
    status: 200,
    answer: shardListSchema,
    handle: ({ deps, ctx }) => deps.feed.shards(ctx),
  }),
  operation({
    tag: "Operators",
    access: "operate",
    rate: "write",
    cache: "personal",
    id: "moveShard",
    method: "post",
    path: "/v1/admin/shards/{shard}/leader",
    summary: "Hand a shard over to another region; needs leaders that share one database",
    params: shardPath,
    body: newLeaderSchema.meta({ id: "NewLeader" }),
    status: 200,
    answer: shardSchema,
    failures: ["conflict", "not_found"],
    note: "Says why. `epoch` is of what you looked at: when the shard has moved since, nothing happens and you get 409.",
    handle: (call) => {
      const { deps, ctx, params, body } = call;
      const { region, reason, epoch } = body;
      const target = `shard ${params.shard} to ${region}`;
      return recorded(call, { action: "moveShard", target, reason }, () =>
        deps.feed.moveShard(ctx, params.shard, region, epoch),
      );
    },
  }),
];
