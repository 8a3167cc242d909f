import { LIMITS } from "../../core/limits.ts";
import { type ApiProblem, isSignedOut } from "../problem.ts";
import type { ApiRequest } from "../transport.ts";

/**
 * What a later write about the same thing replaces, such as a reaction to one post: only the
 * last value counts, and none is sent when it ends as it began.
 */
export interface Setting {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface NewWrite {
  readonly request: ApiRequest;
  readonly setting?: Setting;
  /** JSON of whoever wrote it: to show it, and to take it back. */
  readonly about: unknown;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/** One write on its way. Plain JSON; kept until it is done, taken back or given up. */
export interface OutboxItem extends NewWrite {
  /** Also the order: text that sorts by number. */
  readonly id: string;
  readonly idempotencyKey: string;
  readonly queuedAtMs: number;
  readonly state: "queued" | "sending" | "failed";
  /** Times it was sent without a final answer: the server may have done it. */
  readonly tries: number;
  /** No sooner than this, Unix ms. */
  readonly notBeforeMs: number;
  /** Why it was given up. */
  readonly refusal: Refusal | null;
}

const sizeOf = (items: readonly unknown[]): number => JSON.stringify(items).length;

export type Placed =
  | { readonly at: "kept"; readonly replaces: readonly string[] }
  /** It undoes what was never sent: both are gone. */
  | { readonly at: "undone"; readonly replaces: readonly string[] }
  | { readonly at: "full" };

/** Where a write goes among those that wait. `next` is `item`, counted from where its setting began. */
export function place(
  items: readonly OutboxItem[],
  item: OutboxItem,
): { readonly placed: Placed; readonly next: OutboxItem } {
  const { setting } = item;
  const before =
    setting === undefined
      ? undefined
      : items.find((old) => old.state === "queued" && old.setting?.name === setting.name);
  const rest = before === undefined ? items : items.filter((old) => old.id !== before.id);
  const replaces = before === undefined ? [] : [before.id];
  const next =
    setting === undefined || before?.setting === undefined
      ? item
      : { ...item, setting: { ...setting, from: before.setting.from } };
  // One that was tried may have been done, so its opposite must be sent.
  if (before?.tries === 0 && next.setting?.from === next.setting?.to) {
    return { placed: { at: "undone", replaces }, next };
  }
  const full =
    rest.length >= LIMITS.outboxItemsMax || sizeOf([...rest, next]) > LIMITS.outboxBytesMax;
  return { placed: full ? { at: "full" } : { at: "kept", replaces }, next };
}

export type Turn =
  | { readonly at: "send"; readonly item: OutboxItem }
  | { readonly at: "wait"; readonly untilMs: number }
  | { readonly at: "idle" };

/** Strictly in order: while the first waits, all behind it do. */
export function turn(items: readonly OutboxItem[], nowMs: number): Turn {
  const first = items
    .filter((item) => item.state !== "failed")
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (first === undefined) return { at: "idle" };
  return first.notBeforeMs > nowMs
    ? { at: "wait", untilMs: first.notBeforeMs }
    : { at: "send", item: first };
}

/** Nobody answered, or the server could not: the same again may work. */
const mayPass = (problem: ApiProblem): boolean =>
  problem.code === "network" || [408, 425, 429].includes(problem.status) || problem.status >= 500;

/** What becomes of an item whose sending failed: it waits, or is given up with the reason. */
export function afterFailure(
  item: OutboxItem,
  problem: ApiProblem,
  nowMs: number,
  random: number,
): OutboxItem {
  const tries = item.tries + 1;
  // Without a session nothing can be sent, and nothing is wrong with the write.
  const signedOut = problem.status === 401 || isSignedOut(problem);
  const endless = problem.code === "network" || signedOut;
  if ((!mayPass(problem) && !signedOut) || (!endless && tries >= LIMITS.outboxTriesMax)) {
    const refusal = { code: problem.code, detail: problem.detail };
    return { ...item, state: "failed", tries, refusal };
  }
  const spreadMs = Math.min(LIMITS.outboxRetryMaxMs, LIMITS.outboxRetryBaseMs * 2 ** tries);
  const waitMs = (problem.retryAfterMs ?? 0) + random * spreadMs;
  return { ...item, state: "queued", tries, notBeforeMs: nowMs + waitMs };
}
