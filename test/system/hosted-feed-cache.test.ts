import { createClient as connectTo } from "@redis/client";
import { it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { startHosted } from "../../dev/hosted.ts";

const POLL = { timeout: 40_000, interval: 300 };
/** Each has a feed cache of its own, and hears that the reader follows somebody. */
const REGIONS = DEFAULT_REGIONS.length;
/** Long before anything here. */
const AN_HOUR_MS = 3_600_000;

it("answers feeds out of Redis, with what came since, and without it while it is away", async ({
  expect,
}) => {
  const cluster = await startHosted({ port: 0, dataFolder: null, withAssets: false });
  const redis = connectTo({ url: cluster.backends.redisUrl });
  redis.on("error", () => {});
  try {
    await redis.connect();
    const anonymous = createClient({ baseUrl: cluster.url });
    const join = async (handle: string) => {
      const { token, user } = (await anonymous.createUser({ handle, name: handle })) as Session;
      return { id: user.id, ...createClient({ baseUrl: cluster.url, token: () => token }) };
    };
    const [author, reader] = [await join("author"), await join("reader")];
    await author.createPost({ text: "first" });
    await reader.follow("author");
    const feed = async () => {
      const { items, calls, mode, reason } = await reader.feed({ mode: "latest" });
      return { texts: items.map(({ text }) => text), isHit: calls === 1, mode, reason };
    };
    const away = { isHit: false, mode: "latest", reason: "requested" };
    const cached = { ...away, isHit: true };
    const eventually = (wanted: object) => expect.poll(feed, POLL).toEqual(wanted);

    await eventually({ texts: ["first"], ...away });
    // What began or was forgotten within the last minute keeps an entry out: let it be an hour ago.
    const told = new Set<string>();
    const forget = async () => {
      for (const slice of await redis.keys("*:events:*")) {
        const about = await redis.hGet(slice, `f${reader.id}`);
        if (about?.includes('"forget"')) told.add(slice);
        await redis.hDel(slice, `f${reader.id}`);
      }
      return told.size;
    };
    await expect.poll(forget, POLL).toBe(REGIONS);
    for (const head of await redis.keys("*:head"))
      await redis.hSet(head, "since", Date.now() - AN_HOUR_MS);
    await eventually({ texts: ["first"], ...cached });

    const second = await author.createPost({ text: "second" });
    await eventually({ texts: ["second", "first"], ...cached });
    await author.deletePost(second.id);
    await eventually({ texts: ["first"], ...cached });

    await cluster.backends.redis.process.kill();
    expect(await feed()).toEqual({ texts: ["first"], ...away });
    const third = await author.createPost({ text: "third" });
    await eventually({ texts: ["third", "first"], ...away });
    await author.deletePost(third.id);
    await cluster.backends.redis.restart();
    await eventually({ texts: ["first"], ...cached });
    await author.createPost({ text: "fourth" });
    await eventually({ texts: ["fourth", "first"], ...cached });
  } finally {
    redis.destroy();
    await cluster.stop();
  }
}, 240_000);
