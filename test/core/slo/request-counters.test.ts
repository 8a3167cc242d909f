import { it } from "vitest";

import { SLOW_READ_MS } from "../../../core/slo/objectives.ts";
import { countersOf } from "../../../core/slo/request-counters.ts";

const of = (method: string, path: string, status: number, tookMs = 10) =>
  countersOf({ method, path, status, tookMs });

it("counts what people ask of the API, and nothing else", ({ expect }) => {
  expect(of("GET", "/v1/feed", 200)).toEqual(["api_reads", "api_reads_timed"]);
  expect(of("POST", "/v1/posts", 201)).toEqual(["api_writes"]);
  for (const path of ["/healthz", "/", "/docs", "/media/x", "/v1/admin/levels", "/v1x"])
    expect(of("GET", path, 500)).toEqual([]);
  expect(of("OPTIONS", "/v1/feed", 204)).toEqual([]);
});

it("holds refusals for load for failures, and those of a caller's own rate for answers", ({
  expect,
}) => {
  expect(of("GET", "/v1/feed", 503)).toEqual(["api_reads", "api_read_errors"]);
  expect(of("GET", "/v1/feed", 504, 5_000)).toEqual(["api_reads", "api_read_errors"]);
  expect(of("POST", "/v1/posts", 503)).toEqual(["api_writes", "api_write_errors"]);
  expect(of("DELETE", "/v1/posts/1", 500)).toEqual(["api_writes", "api_write_errors"]);
  expect(of("GET", "/v1/feed", 429)).toEqual(["api_reads", "api_reads_timed"]);
  expect(of("GET", "/v1/users/x", 404)).toEqual(["api_reads", "api_reads_timed"]);
});

it("holds a read for slow past its bound, unless it waits on purpose", ({ expect }) => {
  expect(of("GET", "/v1/feed", 200, SLOW_READ_MS)).not.toContain("api_reads_slow");
  expect(of("GET", "/v1/feed", 200, SLOW_READ_MS + 1)).toContain("api_reads_slow");
  expect(of("GET", "/v1/realtime/poll", 200, 25_000)).toEqual(["api_reads"]);
  expect(of("GET", "/v1/realtime/poll", 503)).toEqual(["api_reads", "api_read_errors"]);
});
