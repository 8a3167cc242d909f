import { type Failure, STATUS, TITLE } from "../../core/errors.ts";

/** RFC 9457 problem document. */
export interface Problem {
  /** Where the code is explained. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable; what programs compare. */
  readonly code: string;
  /** One sentence for people. */
  readonly detail: string;
  /** Path of the request asked for. */
  readonly instance: string;
  /** Finds this request in the logs. */
  readonly traceId: string;
  /** The part of the request that is wrong. */
  readonly field?: string;
  /** What is current, where the request was about an older one. */
  readonly revision?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Our own mistakes: no code of `Failure`, and nothing about them is told. */
export const INTERNAL = {
  type: "/docs#internal",
  title: "Something went wrong",
  status: 500,
  code: "internal",
  detail: "This is our mistake. Try again; if it stays, report the traceId.",
} as const;

export function problemOf(failure: Failure, instance: string, traceId: string): Problem {
  const retryAfterMs = "retryAfterMs" in failure ? failure.retryAfterMs : null;
  return {
    type: `/docs#${failure.code}`,
    title: TITLE[failure.code],
    status: STATUS[failure.code],
    code: failure.code,
    detail: sentence(detailOf(failure)),
    instance,
    traceId,
    ...("field" in failure && { field: failure.field }),
    ...("revision" in failure && { revision: failure.revision }),
    ...(retryAfterMs !== null && { retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1_000)) }),
  };
}

function detailOf(failure: Failure): string {
  switch (failure.code) {
    case "invalid_request":
      return `${failure.field}: ${failure.reason}`;
    case "invalid_cursor":
    case "unauthenticated":
    case "forbidden":
    case "conflict":
    case "idempotency_mismatch":
    case "unsupported_media":
      return failure.reason;
    case "not_found":
      return `there is no such ${failure.what}, or you may not see it`;
    case "version_mismatch":
      return `write ${failure.index} expected another version`;
    case "too_large":
      return `${failure.field} may have at most ${failure.bytesMax} bytes`;
    case "limit_reached":
      return `${failure.what}: at most ${failure.max} are allowed`;
    case "rate_limited":
      return failure.what === undefined
        ? "too many requests; wait for the time that Retry-After gives"
        : `you have used what you may of ${failure.what}; wait for the time that Retry-After gives`;
    case "moved":
      return `a part of the service (shard ${failure.shard}) is moving; try again shortly`;
    case "read_only":
      return "nothing can be written for now, and nothing was; you can go on reading, and write again shortly";
    case "overloaded":
      return "the service is busy; try again shortly";
    case "unavailable":
      return `a part of the service (${failure.dependency}) does not answer; try again shortly`;
    case "deadline_exceeded":
      return `no answer within ${failure.budgetMs} ms; a write may still have happened, so repeat it with the same Idempotency-Key`;
    case "method_not_allowed":
      return `this address answers ${failure.allowed.join(", ")}`;
  }
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
