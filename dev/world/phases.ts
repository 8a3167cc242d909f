import { formatId, type Id } from "../../core/ids.ts";
import type { OperatorApi } from "../operator/api.ts";
import type { Unit } from "../operator/batches.ts";
import { chunksOf, type Loaded, peopleOf, type Phase, postIdOf, toId, userIdOf } from "./phase.ts";
import {
  avatarCount,
  avatarOf,
  mediaOfScene,
  type Painter,
  SCENE_COUNT,
  sceneIndex,
} from "./media-pool.ts";
import type { PlannedPost } from "./posts.ts";
import { talkPhase } from "./talk-phase.ts";
import { edgeUnits, handleUnit, listedUnit, postUnit, userUnit } from "./units.ts";
import type { World } from "./world.ts";

const PICTURES_PER_CHUNK = 8;
/** People whom a visitor may meet or, in a demo, sign in as. */
export const LISTED_MAX = 200;

const text = (ids: readonly Id[]): readonly string[] => ids.map((id) => formatId(id));

/**
 * Stages in order: each needs the ids of those before it. Inside a stage, lanes of phases
 * run side by side: drawing keeps this process busy while the product writes.
 */
export function loadStages(
  world: World,
  loaded: Loaded,
  api: OperatorApi,
  painter: Painter,
): readonly (readonly (readonly Phase[])[])[] {
  return [
    [[avatarPhase(world, loaded, api, painter)]],
    [
      [scenePhase(world, loaded, api, painter)],
      [peoplePhase(world, loaded), handlePhase(world, loaded), edgePhase(world, loaded)],
    ],
    [[postPhase(world, loaded, "posts", (post) => post.kind === "original")]],
    [[postPhase(world, loaded, "shares", (post) => post.kind !== "original")]],
    [[talkPhase(world, loaded)]],
    [[listedPhase(world, loaded)]],
  ];
}

function pictures(count: number, chunk: number): readonly number[] {
  const from = chunk * PICTURES_PER_CHUNK;
  return Array.from({ length: Math.min(PICTURES_PER_CHUNK, count - from) }, (_, i) => from + i);
}

function avatarPhase(world: World, loaded: Loaded, api: OperatorApi, painter: Painter): Phase {
  const count = avatarCount(world);
  const restore = (chunk: number, kept: readonly string[]) =>
    pictures(count, chunk).forEach((index, i) => (loaded.avatarKeys[index] = kept[i] ?? ""));
  return {
    name: "avatars",
    chunks: Math.ceil(count / PICTURES_PER_CHUNK),
    expected: count * 8,
    async run(chunk) {
      const keys: string[] = [];
      for (const index of pictures(count, chunk))
        keys.push(await api.upload(painter.avatar(world.spec.seed, index).png));
      restore(chunk, keys);
      return keys;
    },
    restore,
  };
}

function scenePhase(world: World, loaded: Loaded, api: OperatorApi, painter: Painter): Phase {
  const restore = (chunk: number, kept: readonly string[]) =>
    pictures(SCENE_COUNT, chunk).forEach((index, i) => {
      loaded.scenes[index] = mediaOfScene(kept[2 * i] ?? "", kept[2 * i + 1] ?? "");
    });
  return {
    name: "pictures",
    chunks: Math.ceil(SCENE_COUNT / PICTURES_PER_CHUNK),
    expected: SCENE_COUNT * 60,
    async run(chunk) {
      const kept: string[] = [];
      for (const index of pictures(SCENE_COUNT, chunk)) {
        const { png, alt } = painter.scene(world.spec.seed, index);
        kept.push(await api.upload(png), alt);
      }
      restore(chunk, kept);
      return kept;
    },
    restore,
  };
}

function peoplePhase(world: World, loaded: Loaded): Phase {
  const restore = (chunk: number, kept: readonly string[]) =>
    peopleOf(world, chunk, 1).forEach((person, i) => (loaded.userIds[person] = toId(kept[i])));
  return {
    name: "people",
    chunks: chunksOf(world, 1),
    expected: world.people.length,
    async run(chunk, write) {
      const units = peopleOf(world, chunk, 1).flatMap((index) => {
        const person = world.people[index];
        return person === undefined
          ? []
          : [userUnit(person, loaded.avatarKeys[avatarOf(world, index)] ?? null)];
      });
      const kept = text(await write(units, ""));
      restore(chunk, kept);
      return kept;
    },
    restore,
  };
}

/** A phase whose ids nobody needs. */
function plainPhase(
  world: World,
  name: string,
  each: number,
  unitsOf: (person: number) => readonly Unit[],
): Phase {
  return {
    name,
    chunks: chunksOf(world, each),
    expected: world.people.length * each,
    async run(chunk, write) {
      await write(peopleOf(world, chunk, each).flatMap(unitsOf), "");
      return [];
    },
    restore: () => undefined,
  };
}

const handlePhase = (world: World, loaded: Loaded): Phase =>
  plainPhase(world, "handles", 1, (index) => {
    const person = world.people[index];
    return person === undefined ? [] : [handleUnit(person, userIdOf(loaded)(index))];
  });

const edgePhase = (world: World, loaded: Loaded): Phase =>
  plainPhase(world, "follows", world.spec.followsPerUser + world.spec.friendsPerUser / 2, (index) =>
    edgeUnits(world, index, userIdOf(loaded)),
  );

const listedPhase = (world: World, loaded: Loaded): Phase =>
  plainPhase(world, "listing", 1, (index) =>
    index < LISTED_MAX ? [listedUnit(world, index, userIdOf(loaded)(index))] : [],
  );

function postPhase(
  world: World,
  loaded: Loaded,
  name: string,
  chosen: (post: PlannedPost) => boolean,
): Phase {
  const each = world.spec.postsPerUser;
  const postsOf = (chunk: number) =>
    peopleOf(world, chunk, each).flatMap((person) => world.postsOf(person).filter(chosen));
  const keep = (posts: readonly PlannedPost[], ids: readonly Id[]) =>
    posts.forEach(({ ref }, i) => {
      const id = ids[i];
      const list = loaded.postIds[ref.author];
      if (id !== undefined && list !== undefined) list[ref.place] = id;
    });
  return {
    name,
    chunks: chunksOf(world, each),
    expected: world.people.length * each * (name === "posts" ? 1.7 : 0.4),
    async run(chunk, write) {
      const posts = postsOf(chunk);
      const ids = await write(
        posts.map((post) => {
          const about = post.about === null ? null : postIdOf(loaded, post.about);
          const media = post.scenes.flatMap(
            ({ kind, choice }) => loaded.scenes[sceneIndex(kind, choice)] ?? [],
          );
          return postUnit(post, userIdOf(loaded)(post.ref.author), about, media);
        }),
        "",
      );
      keep(posts, ids);
      return text(ids);
    },
    restore: (chunk, kept) => keep(postsOf(chunk), kept.map(toId)),
  };
}
