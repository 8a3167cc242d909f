import { DENSE_COUNT, DENSE_NAMES, type Rows } from "../../../core/ranking/features.ts";
import { seeded } from "../random.ts";

const AGE = DENSE_NAMES.indexOf("age");
const POST_OPEN = DENSE_NAMES.indexOf("post.open");

/** Rankers that nobody trains: each sorts by one number. */
export const BASELINES = {
  random: ({ dense }: Rows, seed: number): Float32Array => {
    const chance = seeded(seed, "baseline", dense.length);
    return Float32Array.from({ length: dense.length / DENSE_COUNT }, () => chance.next());
  },
  /** Newest first. */
  chronological: ({ dense }: Rows): Float32Array => column(dense, AGE).map((age) => -age),
  /** By the decayed share of shows that were opened. */
  popularity: ({ dense }: Rows): Float32Array => column(dense, POST_OPEN),
} as const;

export type Baseline = keyof typeof BASELINES;
export const BASELINE_NAMES = ["random", "chronological", "popularity"] as const;

const column = (dense: Float32Array, at: number): Float32Array =>
  Float32Array.from(
    { length: dense.length / DENSE_COUNT },
    (_, row) => dense[row * DENSE_COUNT + at] ?? 0,
  );
