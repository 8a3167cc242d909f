import { z } from "zod";

import { DEFAULT_WEIGHTS, weightsSchema } from "../ranking/weights.ts";

export const KINDS = ["flag", "config", "weights", "model"] as const;
export type Kind = (typeof KINDS)[number];

interface FlagOf<T> {
  readonly kind: Kind;
  readonly about: string;
  /** Every arm of a rollout must pass it before the rollout can exist. */
  readonly schema: z.ZodType<T>;
  /** What holds where no rollout has ever said otherwise, and where none is known. */
  readonly initial: T;
}
const flagOf = <T>(flag: FlagOf<T>): FlagOf<T> => flag;

/** Whichever model is served. */
export const CURRENT_MODEL = "current";

/** Everything that can be rolled out: what no code reads cannot be. */
export const FLAGS = {
  "feed.cache": flagOf({
    kind: "flag",
    about: "Whether home feeds are answered from the feed cache",
    schema: z.boolean(),
    initial: true,
  }),
  "feed.page-max": flagOf({
    kind: "config",
    about: "Posts of one page of the home feed, whatever was asked for",
    schema: z.int().min(5).max(50),
    initial: 50,
  }),
  "ranking.weights": flagOf({
    kind: "weights",
    about: "What an action of each kind is worth",
    schema: weightsSchema,
    initial: DEFAULT_WEIGHTS,
  }),
  "ranking.model": flagOf({
    kind: "model",
    about: "The model that scores: a version, or `current` for whichever is served",
    schema: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, "the name of a version"),
    initial: CURRENT_MODEL,
  }),
} as const;
export const FLAG_KEYS = Object.keys(FLAGS) as (keyof typeof FLAGS)[];
export type FlagKey = keyof typeof FLAGS;
export type FlagValue<K extends FlagKey> = z.output<(typeof FLAGS)[K]["schema"]>;
