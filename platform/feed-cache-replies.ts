import type { RedisFound } from "../core/feed/cache/redis-wire.ts";
import type { RedisReply } from "./upstash.ts";

/** What the scripts of the feed cache answer, by name; null for anything else. */

export function foundIn(reply: RedisReply): RedisFound | null {
  if (!isList(reply)) return null;
  const [is, lines, built, record, about] = reply;
  if (!isTexts(lines)) return null;
  if (is === "cold" || is === "lost") return { is, lines };
  if (is !== "found" || typeof record !== "string" || !isTexts(about)) return null;
  const builtMs = Number(built);
  if (typeof built !== "string" || !Number.isSafeInteger(builtMs)) return null;
  return { is, builtMs, record, lines: [...lines, ...about] };
}

export const keptIn = (reply: RedisReply): boolean | null =>
  reply === 1 ? true : reply === 0 ? false : null;

export function appliedIn(
  reply: RedisReply,
): { readonly gen: string; readonly seq: number; readonly active: number } | null {
  if (!isList(reply)) return null;
  const [gen, seq, active] = reply;
  if (typeof gen !== "string" || typeof seq !== "number" || typeof active !== "number") return null;
  return { gen, seq, active };
}

const isList = (reply: RedisReply | undefined): reply is readonly RedisReply[] =>
  Array.isArray(reply);
const isTexts = (reply: RedisReply | undefined): reply is readonly string[] =>
  isList(reply) && reply.every((text) => typeof text === "string");
