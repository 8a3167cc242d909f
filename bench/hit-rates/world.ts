import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import type { OperatorApi } from "../../dev/operator/api.ts";
import { runPool } from "../../dev/operator/pool.ts";
import { chance, stream } from "../../dev/world/random.ts";
import type { Product } from "../feed-read/product.ts";
import { loadWorkload } from "../workload/load.ts";
import { makeWorkload } from "../workload/workload.ts";
import { DAY } from "./day.ts";
import type { HitRatesOptions } from "./options.ts";
import { noise, NOISE_SIDE } from "./pictures.ts";

/** What the bench must know of a world that is loaded. */
export interface World {
  readonly spec: Readonly<Record<"seed" | "users" | "posts" | "followsMean", number>>;
  /** Of each person. */
  readonly ids: readonly string[];
  readonly images: number;
}

const UPLOADS_IN_FLIGHT = 12;
const fileIn = (folder: string) => path.join(folder, "world.json");

/** The world of `--keep` if it is there and the same; else it is made, loaded and noted there. */
export async function worldFor(
  product: Product,
  options: HitRatesOptions,
  say: (text: string) => void,
): Promise<World> {
  const { seed, users, posts, followsMean, keep } = options;
  const spec = { seed, users, posts, followsMean };
  if (keep !== null && existsSync(fileIn(keep))) {
    const world = JSON.parse(await readFile(fileIn(keep), "utf8")) as World;
    if (JSON.stringify(world.spec) === JSON.stringify(spec)) return world;
    throw new Error(`${keep} holds another world: ${JSON.stringify(world.spec)}`);
  }
  const world = await load(product, spec, say);
  if (keep !== null) await writeFile(fileIn(keep), JSON.stringify(world));
  return world;
}

async function load(
  { api, map }: Product,
  spec: World["spec"],
  say: (text: string) => void,
): Promise<World> {
  const plain = makeWorkload({ ...spec, lastPostMs: Date.now() });
  const random = stream(spec.seed, "images");
  const withAvatar = plain.follows.map(() => chance(random, DAY.avatarShare.value));
  const withImage = plain.posts.map(() => chance(random, DAY.imageShare.value));
  const images = [...withAvatar, ...withImage].filter(Boolean).length;
  say(`Uploading ${images} images`);
  const avatars = await upload(api, withAvatar, spec.seed, "avatar");
  const pictures = await upload(api, withImage, spec.seed, "picture");

  const posts = plain.posts.map((post, index) => {
    const key = pictures[index] ?? null;
    const media = key === null ? [] : [{ key, width: NOISE_SIDE, height: NOISE_SIDE, alt: "" }];
    return { ...post, media };
  });
  const edges = plain.follows.reduce((sum, list) => sum + list.length, 0);
  say(`Loading ${spec.users} people, ${edges} follows, ${spec.posts} posts`);
  const ids = await loadWorkload(api, map, { ...plain, posts }, (user) => avatars[user] ?? null);
  return { spec, ids: ids.map(String), images };
}

/** Keys of the images of those that have one. */
async function upload(
  api: OperatorApi,
  wanted: readonly boolean[],
  seed: number,
  purpose: string,
): Promise<(string | null)[]> {
  const keys = wanted.map((): string | null => null);
  const work = async (index: number) => {
    if (wanted[index] === true) keys[index] = await api.upload(noise(stream(seed, purpose, index)));
  };
  await runPool(wanted.length, UPLOADS_IN_FLIGHT, work, new AbortController().signal);
  return keys;
}
