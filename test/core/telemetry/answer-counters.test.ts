import { describe, it } from "vitest";

import { answerCounters, replyCounters } from "../../../core/telemetry/answer-counters.ts";
import { err, ok } from "../../../core/result.ts";

describe("an answer of the gateway", () => {
  it.for([
    [200, true, ["http_answers", "http_2xx"]],
    [201, false, ["http_answers", "http_2xx", "writes_accepted"]],
    [304, true, ["http_answers", "http_3xx"]],
    [400, false, ["http_answers", "http_4xx"]],
    [429, true, ["http_answers", "http_429"]],
    [429, false, ["http_answers", "http_429", "writes_refused"]],
    [500, false, ["http_answers", "http_5xx", "http_errors"]],
    [503, true, ["http_answers", "http_503", "http_errors"]],
    [503, false, ["http_answers", "http_503", "http_errors", "writes_refused"]],
    [101, true, ["sockets_opened"]],
  ] as const)("of status %s, read: %s", ([status, isRead, counters], { expect }) => {
    expect(answerCounters(status, isRead)).toEqual(counters);
  });
});

describe("an answer of the feed Worker", () => {
  it("counts when it is old, and when time ran out", ({ expect }) => {
    const late = err({ code: "deadline_exceeded", dependency: "leader", budgetMs: 1 } as const);
    expect(replyCounters(late, null)).toEqual(["deadline_misses"]);
    expect(replyCounters(err({ code: "not_found", what: "post" } as const), null)).toEqual([]);
    expect(replyCounters(ok(null), 5_000)).toEqual(["stale_answers"]);
    expect(replyCounters(ok(null), null)).toEqual([]);
  });
});
