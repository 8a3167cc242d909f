import { z } from "zod";

import type { ShardMap } from "../tao/shard-map.ts";

const whole = z.number().int().min(0);
const region = z.string().min(1);
const mapSchema = z.object({
  revision: whole,
  coordinator: z.object({ region, untilMs: whole }).nullable(),
  entries: z.array(
    z.object({
      shard: whole,
      from: whole,
      to: whole,
      leader: region,
      epoch: whole.min(1),
      leaseUntilMs: whole,
      notBeforeMs: whole,
    }),
  ),
});

export const encodeMap = (map: ShardMap): string => JSON.stringify(map);

/** @throws ZodError or SyntaxError for what no coordinator wrote. */
export const decodeMap = (text: string): ShardMap => mapSchema.parse(JSON.parse(text));
