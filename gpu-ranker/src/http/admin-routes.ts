import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { z } from "zod";

import { VERSION_PATTERN } from "../../../core/ranking/manifest.ts";
import type { Result } from "../../../core/result.ts";
import { RANKER_LIMITS } from "../limits.ts";
import type { Log } from "../log.ts";
import type { ChangeFault, Registry } from "../model/registry.ts";
import { type Answer, json, refusal } from "./answer.ts";
import { readBody } from "./read-body.ts";

export interface AdminDeps {
  readonly registry: Registry;
  readonly log: Log;
  /** Null: there is no admin API. */
  readonly token: string | null;
}

const version = z.string().regex(VERSION_PATTERN);
const percent = z.number().min(0).max(100);
const none = z.object({});
const named = z.object({ version });

/** What an operator may ask for: the shape of the body, and what is done. */
const ACTIONS: ReadonlyMap<string, (registry: Registry, body: unknown) => Change | z.ZodError> =
  new Map([
    ["load", (registry, body) => parsed(named, body, (asked) => registry.load(asked.version))],
    [
      "promote",
      (registry, body) => parsed(named, body, (asked) => registry.promote(asked.version)),
    ],
    ["rollback", (registry, body) => parsed(none, body, () => registry.rollback())],
    [
      "canary",
      (registry, body) =>
        parsed(named.extend({ percent }), body, (asked) =>
          registry.canary(asked.version, asked.percent),
        ),
    ],
    [
      "shadow",
      (registry, body) =>
        parsed(
          z.object({ version: version.nullable(), percent: percent.default(100) }),
          body,
          (asked) => registry.setShadow(asked.version, asked.percent),
        ),
    ],
  ]);
type Change = Promise<Result<unknown, ChangeFault>>;

function parsed<T>(
  schema: z.ZodType<T>,
  body: unknown,
  change: (asked: T) => Change,
): Change | z.ZodError {
  const read = schema.safeParse(body);
  return read.success ? change(read.data) : read.error;
}

/** `GET /admin/models`: roles and what is loaded. `POST /admin/{action}`: a change; it answers when it is done. */
export async function admin(
  message: IncomingMessage,
  action: string,
  { registry, log, token }: AdminDeps,
): Promise<Answer | null> {
  if (token === null) return refusal({ code: "not_found", what: "the admin API" });
  if (!isBearer(message.headers.authorization, token))
    return refusal({ code: "unauthenticated", reason: "needs the admin API's bearer token" });
  if (action === "models") return json(stateOf(registry));
  const act = ACTIONS.get(action);
  if (act === undefined) return refusal({ code: "not_found", what: action });
  if (message.method !== "POST") return refusal({ code: "method_not_allowed", allowed: ["POST"] });

  const body = await readBody(message, RANKER_LIMITS.adminBodyBytesMax);
  if (body === null) return null;
  if (!body.ok) return refusal(body.error);
  const asked = fromJson(body.value);
  const change = act(registry, asked);
  if (change instanceof z.ZodError) {
    const [issue] = change.issues;
    const field = issue?.path.join(".") || "body";
    return refusal({ code: "invalid_request", field, reason: issue?.message ?? "is not valid" });
  }
  const result = await change;
  log(result.ok ? "info" : "warn", "admin", { action, asked, ...(result.ok ? {} : result.error) });
  if (result.ok) return json(stateOf(registry));
  return result.error.why === "refused"
    ? json({ error: result.error.fault.detail, code: result.error.fault.code }, 422)
    : refusal({ code: "conflict", reason: result.error.reason });
}

const stateOf = (registry: Registry) => ({
  roles: registry.roles,
  loaded: [...registry.lanes, ...(registry.shadow === null ? [] : [registry.shadow])].map(
    ({ loaded, load, ready }) => ({ ...loaded, load, ready }),
  ),
});

/** @returns null, which no action takes, for what is not JSON; an empty body is an empty object. */
function fromJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body) || "{}");
  } catch {
    return null;
  }
}

/** Compares hashes: of one length, and in constant time. */
function isBearer(header: string | undefined, token: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header ?? ""), hash(`Bearer ${token}`));
}
