import { z } from "zod";

import { LIMITS } from "../limits.ts";

/** The name of one part of the system's state, as the dashboard asks for it. */
export const sectionName = z
  .string()
  .regex(/^[a-z][a-z-]{1,29}$/, "the name of a section")
  .meta({ example: "levels" });

/** Each comes back as the name of a section, and so has to look like one. */
const SECTION_NAMES = /^(?:[a-z][a-z-]{1,29}(?:,[a-z][a-z-]{1,29})*)?$/;

/** One part of the system's state: as it is, or as it was recorded last. */
export const sectionSchema = z
  .object({
    name: sectionName,
    atMs: z.number().nullable().meta({ description: "Of `value`, Unix ms; null: there is none" }),
    live: z.boolean().meta({ description: "Read just now; false: recorded earlier" }),
    value: z.unknown().meta({
      description: "As the section's own operation answers; null: never seen, or not in this build",
    }),
    error: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: "Why it could not be read now" }),
  })
  .meta({ id: "OpsSection" });
export type Section = z.infer<typeof sectionSchema>;

export const overviewSchema = z
  .object({
    nowMs: z.number().meta({ description: "The gateway's clock, Unix ms" }),
    sections: z.array(sectionSchema),
  })
  .meta({ id: "OpsOverview" });
export type Overview = z.infer<typeof overviewSchema>;

export const overviewQuery = z.object({
  sections: z
    .string()
    .max(LIMITS.opsNamesCharsMax)
    .regex(SECTION_NAMES, "names of sections with commas between")
    .optional()
    .meta({ description: "Names with commas between; default: all", example: "levels,rollouts" }),
});

/** What demo sign-in may hand out to whoever tries the dashboard on their own machine. */
export const DEMO_ROLES = ["operator", "observer"] as const;
export const demoOperatorSchema = z.strictObject({ role: z.enum(DEMO_ROLES) });
export type DemoRole = (typeof DEMO_ROLES)[number];

export const demoRolesSchema = z.object({ roles: z.array(z.enum(DEMO_ROLES)) });
export const operatorTokenSchema = z
  .object({ token: z.string(), expiresAtMs: z.number() })
  .meta({ id: "OperatorToken" });
export type OperatorToken = z.infer<typeof operatorTokenSchema>;
