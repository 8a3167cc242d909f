import { describe, it } from "vitest";

import { type OutboxItem, afterFailure } from "../../client/outbox/items.ts";
import { ApiProblem, networkProblem, signedOutProblem } from "../../client/problem.ts";
import { LIMITS } from "../../core/limits.ts";

const problem = (status: number, retryAfterMs: number | null = null) =>
  new ApiProblem({ code: `http_${status}`, status, detail: "No.", retryAfterMs });

describe("a failure", () => {
  const item = { tries: 0, state: "sending", refusal: null } as OutboxItem;
  const fate = (error: ApiProblem, tries = 0) =>
    afterFailure({ ...item, tries }, error, 1_000, 0.5);

  it.for([400, 403, 404, 409, 413, 422])("%d is final", (status, { expect }) => {
    expect(fate(problem(status))).toMatchObject({ state: "failed", tries: 1 });
  });

  it.for([401, 408, 429, 500, 503])("%d is not", (status, { expect }) => {
    expect(fate(problem(status))).toMatchObject({ state: "queued", notBeforeMs: 2_000 });
  });

  it("waits as long as asked, a minute at most otherwise, and ends only if someone answers", ({
    expect,
  }) => {
    expect(fate(problem(503, 90_000)).notBeforeMs).toBe(92_000);
    expect(fate(networkProblem(null), 50)).toMatchObject({ state: "queued", notBeforeMs: 31_000 });
    expect(fate(problem(500), LIMITS.outboxTriesMax - 1).state).toBe("failed");
    expect(fate(problem(401), 50).state).toBe("queued");
    expect(fate(signedOutProblem(), 50).state).toBe("queued");
  });
});
