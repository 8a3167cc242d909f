import { setTimeout as delay } from "node:timers/promises";

import type { Client } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import type { Post } from "../../core/feed/schemas.ts";
import type { Change } from "./changes.ts";
import type { Model } from "./model.ts";
import type { Operation, Relating } from "./operations.ts";

/** What an operation came to: changes that hold from `ackedMs` on, or why the product refused it. */
export type Acted =
  | {
      readonly ok: true;
      readonly changes: readonly Change[];
      readonly ackedMs: number;
      /** How often it was sent again after an answer that left its outcome open. */
      readonly doubts: number;
    }
  | { readonly ok: false; readonly refusal: ApiProblem; readonly doubts: number };

/** What somebody's device can do. */
export type Writer = Pick<
  Client,
  | "createPost"
  | "deletePost"
  | "setAudience"
  | "settings"
  | "updateSettings"
  | "reactToPost"
  | "unreactToPost"
  | "addComment"
  | "deleteComment"
  | Relating
>;

const TRIES_MAX = 120;
const RETRY_MS = 250;

/**
 * Does it, as often as it takes to know that it happened or was refused: always under one
 * Idempotency-Key, so that it happens once.
 * @throws Error when the product stays away.
 */
export async function act(client: Writer, operation: Operation, model: Model): Promise<Acted> {
  const key = crypto.randomUUID().replaceAll("-", "");
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      const changes = await send(client, operation, key, model);
      return { ok: true, changes, ackedMs: Date.now(), doubts: tries };
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const isOpen = error.status === 0 || error.status >= 500 || error.status === 429;
      // Taking away again what an attempt without an answer took away.
      if (tries > 0 && error.status === 404 && isRemoval(operation))
        return { ok: true, changes: removed(operation), ackedMs: Date.now(), doubts: tries };
      if (!isOpen) return { ok: false, refusal: error, doubts: tries };
      await delay(RETRY_MS);
    }
  }
  throw new Error(`${operation.kind} is never answered`);
}

type Removal = Extract<Operation, { kind: "delete" | "uncomment" }>;
const isRemoval = (operation: Operation): operation is Removal =>
  operation.kind === "delete" || operation.kind === "uncomment";

const removed = (operation: Removal): readonly Change[] =>
  operation.kind === "delete"
    ? [{ kind: "deleted", post: operation.post }]
    : [
        {
          kind: "commented",
          post: operation.post,
          comment: operation.comment,
          by: operation.by,
          on: false,
        },
      ];

async function send(
  client: Writer,
  operation: Operation,
  idempotencyKey: string,
  model: Model,
): Promise<readonly Change[]> {
  const call = { idempotencyKey };
  switch (operation.kind) {
    case "post": {
      const { audience } = operation;
      return [posted(await client.createPost({ text: textOf(operation), audience }, call), {})];
    }
    case "repost": {
      const made = await client.createPost({ repostOf: operation.post, audience: "public" }, call);
      return [posted(made, { repostOf: originalOf(model, operation.post) })];
    }
    case "quote": {
      const { audience, post: quoteOf } = operation;
      const made = await client.createPost({ text: textOf(operation), audience, quoteOf }, call);
      return [posted(made, { quoteOf: originalOf(model, quoteOf) })];
    }
    case "delete":
      await client.deletePost(operation.post, call);
      return removed(operation);
    case "set audience":
      await client.setAudience(operation.post, operation.audience, call);
      return [{ ...operation, kind: "audience" }];
    case "set mode": {
      const settings = await client.settings();
      await client.updateSettings({ ...settings, feedMode: operation.mode }, call);
      return [{ kind: "mode", user: operation.by, mode: operation.mode }];
    }
    case "react":
      await client.reactToPost(operation.post, operation.reaction, call);
      return [{ ...operation, kind: "reacted" }];
    case "unreact":
      await client.unreactToPost(operation.post, call);
      return [{ ...operation, kind: "reacted", reaction: null }];
    case "comment": {
      const { by, post } = operation;
      const { id: comment } = await client.addComment(post, { text: textOf(operation) }, call);
      return [{ kind: "commented", post, comment, by, on: true }];
    }
    case "uncomment":
      await client.deleteComment(operation.comment, call);
      return removed(operation);
    default:
      await client[operation.kind](operation.whom, call);
      return related(operation, model);
  }
}

const textOf = ({ kind, by }: Operation): string => `a ${kind} of ${by}`;

/** Embedding a repost means what it reposts. */
const originalOf = (model: Model, post: string): string => model.post(post).repostOf ?? post;

const posted = (
  { id, author, createdAtMs, audience }: Post,
  embedded: { readonly repostOf?: string; readonly quoteOf?: string },
): Change => ({
  kind: "posted",
  post: id,
  author: author.id,
  timeMs: createdAtMs,
  audience,
  ...embedded,
});

function related(
  { kind, by: from, whom: to }: Extract<Operation, { whom: string }>,
  model: Model,
): readonly Change[] {
  const bond = (name: Extract<Change, { kind: "bond" }>["bond"], on: boolean): Change => ({
    kind: "bond",
    bond: name,
    from,
    to,
    on,
  });
  const theirs: Change = { kind: "bond", bond: "request", from: to, to: from, on: false };
  switch (kind) {
    case "follow":
    case "unfollow":
      return [bond("follow", kind === "follow")];
    case "mute":
    case "unmute":
      return [bond("mute", kind === "mute")];
    case "block":
    case "unblock":
      return [bond("block", kind === "block")];
    case "befriend":
      // Asking somebody who has asked is an acceptance.
      return model.has("request", to, from)
        ? [bond("friend", true), bond("request", false), theirs]
        : [bond("request", true)];
    case "unfriend":
      return [bond("friend", false), bond("request", false), theirs];
  }
}
