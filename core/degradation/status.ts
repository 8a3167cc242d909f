import { z } from "zod";

import type { Region } from "../regions/regions.ts";
import type { Published } from "./controller.ts";
import { levelSchema } from "./controller-service.ts";
import type { Effects } from "./effects.ts";
import { LEVEL_NAMES, nameOf } from "./levels.ts";
import { messageOf } from "./message.ts";

export const statusSchema = z
  .object({
    region: z.string().meta({ description: "Where you entered" }),
    servedBy: z.string().meta({ description: "Another region while yours cannot be reached" }),
    level: levelSchema,
    name: z.enum(LEVEL_NAMES),
    sinceMs: z.number().nullable().meta({ description: "Unix ms; null: not known here yet" }),
    readOnly: z.boolean().meta({ description: "Writes are refused with `read_only`" }),
    mayBeOld: z.boolean().meta({ description: "Reads may be older than promised, and say so" }),
    message: z.string().nullable().meta({ description: "For people; null: all is well" }),
  })
  .meta({ id: "Status" });
export type Status = z.infer<typeof statusSchema>;

export function statusOf(
  { own, serving }: { readonly own: Region; readonly serving: Region },
  effects: Effects,
  published: Published | null,
): Status {
  const { level, readOnly, allowStale } = effects;
  return {
    region: own,
    servedBy: serving,
    level,
    name: nameOf(level),
    sinceMs: published?.sinceMs ?? null,
    readOnly,
    mayBeOld: allowStale,
    message: messageOf(effects),
  };
}
