import { describe, it, vi } from "vitest";

import { type Client, createClient } from "../../client/client.ts";
import { LIMITS } from "../../core/limits.ts";

describe("the time that one attempt may take", () => {
  const timesOf = async (call: (client: Client) => unknown) => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    await call(createClient({ baseUrl: "", fetch: async () => Response.json({}) }));
    const times = timeout.mock.calls.map(([ms]) => ms);
    timeout.mockRestore();
    return times;
  };
  const slow = (bytes: number) =>
    LIMITS.clientTimeoutMs + (bytes * 1_000) / LIMITS.uploadBytesPerSecondMin;

  it("grows with what is uploaded", async ({ expect }) => {
    expect(await timesOf((client) => client.feed())).toEqual([LIMITS.clientTimeoutMs]);
    for (const size of [80, LIMITS.mediaBytesMax, LIMITS.videoBytesMax]) {
      expect(
        await timesOf((client) => client.uploadMedia(new Blob([new Uint8Array(size)]))),
      ).toEqual([slow(size)]);
    }
    expect(await timesOf((client) => client.uploadMedia(new Uint8Array(80)))).toEqual([slow(80)]);
    // Of what does not say how large it is, as for the largest.
    const unknown = new FormData();
    expect(await timesOf((client) => client.uploadMedia(unknown))).toEqual([
      slow(LIMITS.videoBytesMax),
    ]);
  });
});
