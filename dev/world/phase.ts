import type { Media } from "../../core/feed/schemas.ts";
import { type Id, parseId } from "../../core/ids.ts";
import type { Unit } from "../operator/batches.ts";
import type { PostRef } from "./posts.ts";
import type { World } from "./world.ts";

/** Ids and keys that later phases need. */
export interface Loaded {
  readonly userIds: Id[];
  readonly avatarKeys: string[];
  readonly scenes: Media[];
  /** By author, then by place. */
  readonly postIds: Id[][];
}

/** Writes units and gives their ids; `part` tells apart several writes of one chunk. */
export type WriteUnits = (units: readonly Unit[], part: string) => Promise<readonly Id[]>;

export interface Phase {
  readonly name: string;
  readonly chunks: number;
  /** Writes in the whole phase, about: what the progress bar goes by. */
  readonly expected: number;
  /** @returns what `restore` needs to skip this chunk in a later run. */
  run(chunk: number, write: WriteUnits): Promise<readonly string[]>;
  restore(chunk: number, kept: readonly string[]): void;
}

/** Units in one chunk, about: large enough to fill each shard's batch, small enough to repeat. */
const UNITS_PER_CHUNK = 8_000;

export const toId = (kept: string | undefined): Id => {
  const id = parseId(kept ?? "");
  if (id === null) throw new RangeError(`the state file holds "${kept}" for an id`);
  return id;
};

/** People of one chunk, when each causes about `each` units. */
export function peopleOf(world: World, chunk: number, each: number): readonly number[] {
  const size = chunkSize(each);
  const from = chunk * size;
  const count = Math.min(size, world.people.length - from);
  return Array.from({ length: count }, (_, i) => from + i);
}
const chunkSize = (each: number): number =>
  Math.max(1, Math.floor(UNITS_PER_CHUNK / Math.max(1, each)));
export const chunksOf = (world: World, each: number): number =>
  Math.ceil(world.people.length / chunkSize(each));

export const userIdOf =
  (loaded: Loaded) =>
  (index: number): Id => {
    const id = loaded.userIds[index];
    if (id === undefined) throw new RangeError(`person ${index} is not loaded`);
    return id;
  };

export const postIdOf = (loaded: Loaded, ref: PostRef): Id => {
  const id = loaded.postIds[ref.author]?.[ref.place];
  if (id === undefined) throw new RangeError(`post ${ref.place} of ${ref.author} is not loaded`);
  return id;
};
