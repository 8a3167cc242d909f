import { z } from "zod";

import { idSchema } from "../../../core/feed/schemas.ts";

/** Path parameters that several resources share. */
export const idPath = z.object({ id: idSchema });

/** An id is digits and a handle is a-z, 0-9 and _; which of them it is, the feed Worker finds out. */
export const userPath = z.object({
  user: z
    .string()
    .regex(/^[a-z0-9_]{1,30}$/, 'an id, a handle or "me"')
    .meta({ description: 'Id or handle; "me" is the signed-in user', example: "ada" }),
});

export const regionPath = z
  .string()
  .regex(/^[a-z0-9-]{2,20}$/, "the name of a region")
  .meta({ example: "us-east" });
