import { describe, it, vi } from "vitest";

import { type Failure, STATUS } from "../../core/errors.ts";
import { problemOf, startGateway } from "./harness.ts";

/** One of each code: a new code without its row does not compile. */
const FAILURES: { readonly [C in Failure["code"]]: Extract<Failure, { code: C }> } = {
  invalid_request: { code: "invalid_request", field: "text", reason: "is too long" },
  invalid_cursor: { code: "invalid_cursor", reason: "the cursor has expired" },
  unauthenticated: { code: "unauthenticated", reason: "this needs a signed-in user" },
  forbidden: { code: "forbidden", reason: "only the author may do this" },
  not_found: { code: "not_found", what: "post" },
  conflict: { code: "conflict", reason: "the handle is taken" },
  version_mismatch: { code: "version_mismatch", index: 2, found: "1.7" },
  idempotency_mismatch: { code: "idempotency_mismatch", reason: "the key was used before" },
  too_large: { code: "too_large", field: "body", bytesMax: 10 },
  limit_reached: { code: "limit_reached", what: "follows", max: 6_000 },
  rate_limited: { code: "rate_limited", retryAfterMs: 1_200 },
  overloaded: { code: "overloaded", retryAfterMs: 250 },
  read_only: { code: "read_only", retryAfterMs: 30_000 },
  moved: { code: "moved", shard: 3, entry: null },
  unavailable: { code: "unavailable", dependency: "leader", retryAfterMs: 3_000 },
  deadline_exceeded: { code: "deadline_exceeded", dependency: "feed", budgetMs: 500 },
  unsupported_media: { code: "unsupported_media", reason: "send an image" },
  method_not_allowed: { code: "method_not_allowed", allowed: ["GET"] },
};

describe("every failure of the feed Worker becomes a problem document", () => {
  it.for(Object.values(FAILURES))("$code", async (failure, { expect }) => {
    const gateway = startGateway();
    gateway.feed.failure = failure;
    const response = await gateway.asAda("/v1/feed");
    const problem = await problemOf(response);
    expect(problem).toMatchObject({
      code: failure.code,
      status: STATUS[failure.code],
      instance: "/v1/feed",
      traceId: "80000000".repeat(4),
    });
    const retryAfter =
      "retryAfterMs" in failure ? Math.ceil(failure.retryAfterMs / 1_000) : undefined;
    expect(problem.retryAfter).toBe(retryAfter);
    expect(response.headers.get("retry-after")).toBe(
      retryAfter === undefined ? null : String(retryAfter),
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("a throw across the binding", () => {
  it.for([
    ["overloaded", { overloaded: true, retryable: true }, 503],
    ["unavailable", { retryable: true }, 503],
    ["internal", {}, 500],
  ] as const)("%s", async ([code, marks, status], { expect, onTestFinished }) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => log.mockRestore());
    const gateway = startGateway();
    gateway.feed.thrown = Object.assign(new Error("secret detail of the store"), marks);
    const response = await gateway.asAda("/v1/feed");
    const problem = await problemOf(response.clone());
    expect(problem).toMatchObject({ code, status });
    expect(await response.text()).not.toContain("secret detail");
    // Only a bug is for us to look at; the log has what the answer keeps back.
    expect(log.mock.calls.flat()).toEqual(
      code === "internal" ? [expect.objectContaining({ traceId: problem.traceId })] : [],
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

it("says which methods an address has", async ({ expect }) => {
  const response = await startGateway().asAda("/v1/posts/1", { method: "PUT" });
  expect(response.headers.get("allow")).toBe("GET, PATCH, DELETE, HEAD");
  expect((await problemOf(response)).code).toBe("method_not_allowed");
});

it("asks for a bearer token", async ({ expect }) => {
  const response = await startGateway().request("/v1/feed");
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe('Bearer realm="edgewise"');
});
