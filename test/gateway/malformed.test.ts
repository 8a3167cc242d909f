import { describe, it } from "vitest";

import type { CallContext } from "../../core/feed/service.ts";
import { LIMITS } from "../../core/limits.ts";
import { problemOf, startGateway } from "./harness.ts";
import { MALFORMED_ADDRESSES } from "./malformed-addresses.ts";
import { MALFORMED_BODIES } from "./malformed-bodies.ts";
import { jsonHeaders } from "./malformed-row.ts";

const TABLE = [...MALFORMED_BODIES, ...MALFORMED_ADDRESSES];

describe("a malformed request gets a clear 4xx", () => {
  it.for(TABLE)("%s", async ([, request], { expect }) => {
    const gateway = startGateway();
    const { path, status, field, ...init } = request;
    const response = await gateway.asAda(path, init);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status, ...(field !== undefined && { field }) });
    // Nothing of the request comes back unescaped, and no write reached the feed Worker.
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(gateway.feed.calls.filter(({ method: name }) => name.startsWith("create"))).toEqual([]);
  });

  it("is tried in at least 100 ways", ({ expect }) => {
    expect(new Set(TABLE.map(([name]) => name)).size).toBeGreaterThanOrEqual(100);
  });
});

it("counts bytes while reading: a stream without Content-Length is cut off", async ({ expect }) => {
  const gateway = startGateway();
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384;
      controller.enqueue(new Uint8Array(16_384).fill(32));
    },
  });
  const init = { method: "POST", headers: jsonHeaders, body: endless, duplex: "half" };
  const response = await gateway.asAda("/v1/posts", init);
  expect((await problemOf(response)).code).toBe("too_large");
  expect(sent).toBeLessThan(LIMITS.bodyBytesMax + LIMITS.bodyDiscardBytesMax + 4 * 16_384);
});

it("passes what only the feed Worker can judge: a ticket of garbage", async ({ expect }) => {
  const gateway = startGateway();
  const seen = async (ticket: string) => {
    const response = await gateway.asAda("/v1/feed", { headers: { "edgewise-ticket": ticket } });
    expect(response.status).toBe(200);
    return (gateway.feed.calls.at(-1)?.args[0] as CallContext | undefined)?.ticket;
  };
  expect(await seen("garbage")).toBe("garbage");
  expect(await seen("x".repeat(LIMITS.ticketCharsMax))).toHaveLength(LIMITS.ticketCharsMax);
  expect(await seen("x".repeat(LIMITS.ticketCharsMax + 1))).toBeNull();
});

it("takes any text that is one: emoji, a written escape, a zero byte", async ({ expect }) => {
  const gateway = startGateway();
  for (const text of ["\u{1F600}", "\\ud800", "a\\\\ud83d\\", "a\0b", "__proto__", "a\u2028b"]) {
    const body = JSON.stringify({ text });
    const response = await gateway.asAda("/v1/posts", {
      method: "POST",
      headers: jsonHeaders,
      body,
    });
    expect([text, response.status]).toEqual([text, 201]);
    expect(gateway.feed.calls.at(-1)?.args[1]).toMatchObject({ text });
  }
});
