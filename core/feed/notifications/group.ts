import type { z } from "zod";

import type { Id } from "../../ids.ts";
import type { notifiedPayload } from "../../tao/registry.ts";
import type { Assoc, ListCursor } from "../../tao/types.ts";
import { toId } from "../views.ts";
import type { NotificationKind } from "./schemas.ts";

/** One thing that happened, as its edge says it. */
export interface Told {
  readonly at: ListCursor;
  readonly kind: NotificationKind;
  readonly actor: Id;
  readonly post: Id | null;
  readonly comment: Id | null;
  /** It was taken back. */
  readonly isGone: boolean;
}

export function toldOf({ timeMs, id2, data }: Assoc): Told {
  const { kind, actor, post, comment, gone } = JSON.parse(data) as z.infer<typeof notifiedPayload>;
  return {
    at: { timeMs, id2 },
    kind,
    actor: toId(actor),
    post: post === undefined ? null : toId(post),
    comment: comment === undefined ? null : toId(comment),
    isGone: gone === true,
  };
}

/** Alike things, newest first; the first names the group. */
export type Group = readonly [Told, ...Told[]];

const DAY_MS = 86_400_000;

/** What is told together. Words of somebody (comments, mentions, quotes) stand alone: each is read by itself. */
function keyOf({ kind, post, comment, at }: Told): string {
  switch (kind) {
    case "like":
    case "repost":
      return `${kind} ${post} ${comment}`;
    case "follow":
      return `${kind} ${Math.floor(at.timeMs / DAY_MS)}`;
    default:
      return `${kind} ${at.id2}`;
  }
}

export interface Grouped {
  readonly groups: readonly Group[];
  /** The last of `told` that is in a group. */
  readonly last: ListCursor | null;
}

/** The newest `limit` groups of what was told, newest first; stops where one more would begin. */
export function grouped(told: readonly Told[], limit: number): Grouped {
  const groups = new Map<string, [Told, ...Told[]]>();
  let last: ListCursor | null = null;
  for (const one of told) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined && groups.size === limit) break;
    if (group === undefined) groups.set(key, [one]);
    else if (!group.some(({ actor }) => actor === one.actor)) group.push(one);
    last = one.at;
  }
  return { groups: [...groups.values()], last };
}
