import { report } from "./telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { createHash } from "node:crypto";

import { Redis } from "@upstash/redis/cloudflare";

import type { Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { err, ok, type Result } from "../core/result.ts";

/** Null is Redis' own: there is no such value. An integer beyond 2^53 arrives rounded: keep ids as text. */
export type RedisReply = string | number | null | readonly RedisReply[];
export type RedisCommand = readonly [name: string, ...args: readonly (string | number)[]];

/**
 * A Redis reached over HTTP. A timeout or an outage is a failure and never a reply, so it cannot
 * be taken for a miss. A write that failed may have happened.
 */
export interface RedisSession {
  command(command: RedisCommand): Promise<Result<RedisReply, Failure>>;
  /** One request, in order, with others' commands in between. Fails as a whole when any command did. */
  pipeline(commands: readonly RedisCommand[]): Promise<Result<readonly RedisReply[], Failure>>;
  /**
   * Runs Lua, sending its text only when Redis does not know it: two requests then.
   * @param script a constant of the code: its hash is remembered.
   */
  evalScript(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<Result<RedisReply, Failure>>;
  /** Of the newest answer: a session that starts with it reads what this one wrote. */
  readonly syncToken: string;
}

export interface UpstashConfig {
  readonly url: string;
  readonly token: string;
  /** What the next request may take, ms: asked before each. */
  readonly budgetMs: () => number;
  /** Of the session whose writes this one must see. */
  readonly syncToken?: string;
}

/**
 * A session of an Upstash database, for one request of ours: the answers of requests that overlap
 * would overwrite each other's sync token. Nothing is retried here, and nothing parsed.
 */
export function upstashRedis({ url, token, budgetMs, syncToken }: UpstashConfig): RedisSession {
  const client = new Client(url, token);
  client.readYourWritesSyncToken = syncToken ?? "";

  const send = async (path: string[], body: unknown): Promise<Answer> => {
    const budget = Math.floor(budgetMs());
    if (budget <= 0) return { is: "late", budgetMs: budget };
    try {
      return { is: "answered", body: await client.send(path, body, budget) };
    } catch (error) {
      if (isTimeout(error)) return { is: "late", budgetMs: budget };
      return { is: "failed", message: messageOf(error) };
    }
  };
  const command = async (asked: RedisCommand) => replyIn(await send([], asked));

  return {
    command,
    async pipeline(commands) {
      if (commands.length === 0) return ok([]);
      return repliesIn(await send(["pipeline"], commands), commands.length);
    },
    async evalScript(script, keys, args) {
      const rest = [keys.length, ...keys, ...args];
      const known = await send([], ["EVALSHA", hashOf(script), ...rest]);
      return known.is === "failed" && known.message.startsWith("NOSCRIPT")
        ? command(["EVAL", script, ...rest])
        : replyIn(known);
    },
    get syncToken() {
      return client.readYourWritesSyncToken ?? "";
    },
  };
}

type Answer =
  | { readonly is: "answered"; readonly body: unknown }
  | { readonly is: "late"; readonly budgetMs: number }
  | { readonly is: "failed"; readonly message: string };

class Client extends Redis {
  #budgetMs = 0;

  constructor(url: string, token: string) {
    super({
      url,
      token,
      // Given a signal instead of a function, the client answers an abort with a null of its own.
      signal: () => AbortSignal.timeout(this.#budgetMs),
      // `false` would still try twice.
      retry: { retries: 0 },
      // What we keep is text, which JSON carries; base64 costs a third more and a loop per character.
      responseEncoding: false,
      automaticDeserialization: false,
      enableAutoPipelining: false,
      enableTelemetry: false,
    });
  }

  /** @throws whatever the client does: the error of a command, a lost connection, a timeout. */
  send(path: string[], body: unknown, budgetMs: number): Promise<unknown> {
    // Read by `signal` before `request` returns, so the next call may set it anew.
    this.#budgetMs = budgetMs;
    return this.client.request({ path, body });
  }
}

function replyIn(answer: Answer): Result<RedisReply, Failure> {
  if (answer.is !== "answered") return err(failureOf(answer));
  const item = itemIn(answer.body);
  return item.is === "answered" ? ok(item.body as RedisReply) : err(failureOf(item));
}

function repliesIn(answer: Answer, count: number): Result<readonly RedisReply[], Failure> {
  if (answer.is !== "answered") return err(failureOf(answer));
  if (!Array.isArray(answer.body) || answer.body.length !== count) return err(failureOf(NO_REPLY));
  const replies: RedisReply[] = [];
  for (const item of answer.body) {
    const reply = replyIn({ is: "answered", body: item });
    if (!reply.ok) return reply;
    replies.push(reply.value);
  }
  return ok(replies);
}

const NO_REPLY = { is: "failed", message: "the answer is not one of Redis" } as const;

/** `{"result": …}` or `{"error": …}`; anything else did not come from a database. */
function itemIn(item: unknown): Exclude<Answer, { is: "late" }> {
  const { result, error } = (item ?? {}) as { readonly result?: unknown; readonly error?: unknown };
  if (typeof error === "string") return { is: "failed", message: error };
  return isReply(result) ? { is: "answered", body: result } : NO_REPLY;
}

const isReply = (value: unknown): value is RedisReply =>
  value === null ||
  typeof value === "string" ||
  typeof value === "number" ||
  (Array.isArray(value) && value.every(isReply));

function failureOf(answer: Exclude<Answer, { is: "answered" }>): Failure {
  const dependency = "feed_cache";
  if (answer.is === "late")
    return { code: "deadline_exceeded", dependency, budgetMs: answer.budgetMs };
  report(failed("feed_cache_call_failed", answer.message));
  return { code: "unavailable", dependency, retryAfterMs: LIMITS.overloadRetryMs };
}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.name === "TimeoutError";

/** Without the command, which the client appends: it holds what people wrote. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/, command was: [\s\S]*$/, "");

const hashes = new Map<string, string>();

function hashOf(script: string): string {
  const known = hashes.get(script) ?? createHash("sha1").update(script).digest("hex");
  hashes.set(script, known);
  return known;
}
