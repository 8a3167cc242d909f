import { beforeEach, describe, it } from "vitest";

import { noteUpload } from "../../../core/feed/usecases/uploads.ts";
import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { codeOf, FeedWorld, must } from "../../fakes/feed-world.ts";

const DAY_MS = 86_400_000;
let world: FeedWorld;
let user: string;
beforeEach(async () => {
  world = new FeedWorld();
  user = await world.user("user");
});
const note = (bytes: number, who = user) => noteUpload(world.as(who), bytes);

describe("uploads of one user", () => {
  it("are bounded by their bytes, which come back evenly within a day", async ({ expect }) => {
    const most = LIMITS.uploadBytesPerDay;
    for (let n = 0; n < 10; n++) await must(note(most / 10));
    const refused = await note(most / 10);
    expect(refused).toMatchObject({
      error: { code: "rate_limited", what: "500000000 bytes of uploads a day" },
    });
    if (refused.ok || refused.error.code !== "rate_limited") return;
    expect(refused.error.retryAfterMs).toBeCloseTo(DAY_MS / 10, -2);
    await must(note(most / 10, await world.user("another")));
    world.nowMs += refused.error.retryAfterMs - 1_000;
    expect(await codeOf(note(most / 10))).toBe("rate_limited");
    world.nowMs += 1_000;
    await must(note(most / 10));
    world.nowMs += DAY_MS;
    await must(note(most));
    expect(await codeOf(note(1_000_000))).toBe("rate_limited");
  });

  it("are bounded by their number", async ({ expect }) => {
    for (let n = 0; n < LIMITS.uploadsPerDay; n++) await must(note(1));
    expect(await note(1)).toMatchObject({
      error: { code: "rate_limited", what: "200 uploads a day" },
    });
  });

  it("leave nothing when they are refused", async ({ expect }) => {
    const most = LIMITS.uploadBytesPerDay;
    await must(note(most / 2));
    const before = world.graph.contents();
    expect(await codeOf(note(most))).toBe("rate_limited");
    expect(world.graph.contents()).toEqual(before);
    await must(note(most / 2));
  });

  it("side by side are all noted, or told to try again", async ({ expect }) => {
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(note(LIMITS.uploadBytesPerDay / 5))),
    );
    const [stored, over] = ["", "rate_limited"].map(
      (code) => codes.filter((one) => one === code).length,
    );
    expect(stored).toBeLessThanOrEqual(5);
    expect(over).toBeLessThanOrEqual(3);
    const id1 = BigInt(user) as Id;
    const read = { op: "assocGet", id1, atype: ASSOC.uploads, id2s: [id1] } as const;
    const [{ assocs }] = await must(world.tao().read([read]));
    const { bytesMs } = JSON.parse(assocs[0]?.data ?? "") as { bytesMs: number };
    expect(bytesMs - world.nowMs).toBeCloseTo((DAY_MS * (stored ?? 0)) / 5, -2);
  });
});
