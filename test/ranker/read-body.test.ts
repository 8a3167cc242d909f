import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";

import { describe, it } from "vitest";

import { BodyReader } from "../../gpu-ranker/src/http/read-body.ts";

/** A message whose body the test sends. */
const message = (headers: Record<string, string> = {}) => {
  const body = new PassThrough();
  return { body, request: Object.assign(body, { headers }) as unknown as IncomingMessage };
};

describe("reading bodies", () => {
  it("gives them whole, in memory of their own", async ({ expect }) => {
    const { body, request } = message();
    const read = new BodyReader(1_000).read(request, 100);
    body.write("abc");
    body.end("def");
    const result = await read;
    expect(result).toEqual({ ok: true, value: new TextEncoder().encode("abcdef") });
    expect(result).toMatchObject({ value: { byteOffset: 0, buffer: { byteLength: 6 } } });
  });

  it("has no room for more than its bound at once, and has it again afterwards", async ({
    expect,
  }) => {
    const reader = new BodyReader(100);
    const slow = message({ "content-length": "60" });
    const reading = reader.read(slow.request, 100);
    expect(await reader.read(message({ "content-length": "41" }).request, 100)).toBe("full");
    // Without an announcement it may be as large as is allowed.
    expect(await reader.read(message().request, 100)).toBe("full");
    slow.body.end("x".repeat(60));
    expect(await reading).toMatchObject({ ok: true });
    const next = message({ "content-length": "3" });
    next.body.end("abc");
    expect(await reader.read(next.request, 100)).toMatchObject({ ok: true });
  });

  it("has its room again when a caller goes away in the middle", async ({ expect }) => {
    const reader = new BodyReader(100);
    const gone = message({ "content-length": "100" });
    const reading = reader.read(gone.request, 100);
    gone.body.destroy(new Error("aborted"));
    expect(await reading).toBe(null);
    const next = message({ "content-length": "100" });
    next.body.end("x".repeat(100));
    expect(await reader.read(next.request, 100)).toMatchObject({ ok: true });
  });
});
