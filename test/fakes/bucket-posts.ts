import type { Id } from "../../core/ids.ts";
import { AUDIENCES } from "../../core/tao/registry.ts";
import type { Version } from "../../core/tao/version.ts";
import { Devices } from "./devices.ts";
import type { PostSpec } from "./feed-cells.ts";
import { last, type Since } from "./histories.ts";

/** In the place of an audience. */
export const DELETED = AUDIENCES.length;

export interface Relations {
  readonly follows: ReadonlySet<Id>;
  readonly friends: ReadonlySet<Id>;
  readonly blocks: ReadonlySet<Id>;
}
export interface Post extends PostSpec {
  /** Index into AUDIENCES, or DELETED: it only grows. */
  readonly ranks: Since<number>[];
  readonly counts: Since<number>[];
  /** What the bucket was told. */
  toldRank: number;
  toldCount: boolean;
  readonly toldTo: Set<Id>;
}
export interface Viewer {
  readonly id: Id;
  readonly devices: Devices;
  readonly relations: (Since<Relations> & { readonly version: Version })[];
}

export const newViewer = (id: Id): Viewer => ({ id, devices: new Devices(), relations: [] });

/** What audiences of a post count. */
export type RanksOf = (post: Post) => readonly number[];
export const truth: RanksOf = ({ ranks }) => [last(ranks)];
export const told: RanksOf = ({ toldRank }) => [toldRank];
/** An entry may have been read from any of them: friends gain a post that is no longer for followers. */
export const sinceTold: RanksOf = ({ ranks, toldRank }) =>
  ranks.map(({ value }) => value).filter((rank) => rank >= toldRank);
export const countNow = (post: Post): number => last(post.counts);

/** Whether any of these ranks lets the viewer see a post, without what it embeds; relations as they are. */
export function isVisible(viewer: Viewer, post: Post, ranksOf: RanksOf): boolean {
  const { follows, friends, blocks } = last(viewer.relations);
  if (blocks.has(post.author)) return false;
  const isFor = [true, follows.has(post.author), friends.has(post.author)];
  return ranksOf(post).some((rank) => isFor[rank] ?? false);
}
