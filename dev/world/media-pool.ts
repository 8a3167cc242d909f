import type { Media } from "../../core/feed/schemas.ts";
import { drawAvatar } from "./draw/avatar.ts";
import { drawScene } from "./draw/scene.ts";
import type { World } from "./world.ts";
import { SCENE_KINDS, type SceneKind } from "./topics/topic.ts";

/** Pictures of the world: a bounded pool, shared by all its posts, however large it is. */
export const SCENES_PER_KIND = 8;
export const SCENE_COUNT = SCENE_KINDS.length * SCENES_PER_KIND;
export const AVATARS_MAX = 256;
export const SCENE_SIZE = { width: 800, height: 500 } as const;
export const AVATAR_SIZE = 160;

export const avatarCount = (world: World): number => Math.min(AVATARS_MAX, world.people.length);
/** Avatar of a person: one of their own while the pool lasts. */
export const avatarOf = (world: World, person: number): number => person % avatarCount(world);

export const sceneIndex = (kind: SceneKind, choice: number): number =>
  SCENE_KINDS.indexOf(kind) * SCENES_PER_KIND + (choice % SCENES_PER_KIND);

export interface Picture {
  readonly png: Uint8Array<ArrayBuffer>;
  /** Says what was drawn. */
  readonly alt: string;
}

/** Makes the pictures of the pool, by their index. */
export interface Painter {
  scene(seed: number, index: number): Picture;
  avatar(seed: number, index: number): Picture;
}

export const PAINTER: Painter = {
  scene(seed, index) {
    const kind = SCENE_KINDS[Math.floor(index / SCENES_PER_KIND)] ?? "abstract";
    return drawScene(kind, seed, index % SCENES_PER_KIND, SCENE_SIZE.width, SCENE_SIZE.height);
  },
  avatar: (seed, index) => drawAvatar(seed, index, AVATAR_SIZE),
};

export const mediaOfScene = (key: string, alt: string): Media => ({ key, ...SCENE_SIZE, alt });
