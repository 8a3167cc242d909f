import { afterAll, beforeAll, describe, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { readImage } from "../../core/media/image.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { encodePng } from "../../dev/world/draw/png.ts";
import { problemOf } from "../gateway/harness.ts";
import { mp4Of, PLACE, textOf } from "../gateway/media-files.ts";

let cluster: Cluster;
const errors: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    onLog: (level, message) => level === "error" && errors.push(message),
  });
});
afterAll(async () => cluster.stop());

async function newUser(handle: string) {
  const anonymous = createClient({ baseUrl: cluster.url });
  const { token, user } = (await anonymous.createUser({ handle, name: handle })) as Session;
  return { token, user, client: createClient({ baseUrl: cluster.url, token: () => token }) };
}

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(`${cluster.url}${path}`, { headers, method });
  return { response, body: new Uint8Array(await response.arrayBuffer()) };
}
const cacheOf = ({ response }: Awaited<ReturnType<typeof get>>) =>
  response.headers.get("cache-status");

describe("a public page", () => {
  it("is kept by the platform's cache, for visitors alone, until it is purged", async ({
    expect,
  }) => {
    const { client, token } = await newUser("cached");
    const { id } = await client.createPost({ text: "for everyone" });
    const path = `/v1/posts/${id}`;
    // The write is somewhere on its way to the follower that a visitor asks.
    let first = await get(path);
    while (first.response.status === 404) first = await get(path);
    expect(cacheOf(first)).toBe("edgewise; fwd=miss; stored");
    expect(first.response.headers.get("edgewise-ticket")).toBeNull();

    const second = await get(path);
    expect([cacheOf(second), textOf(second.body)]).toEqual(["edgewise; hit", textOf(first.body)]);
    const etag = first.response.headers.get("etag") ?? "";
    const same = await get(path, { "if-none-match": etag });
    expect([same.response.status, same.body.length]).toEqual([304, 0]);
    expect((await get(path, {}, "HEAD")).response.headers.get("etag")).toBe(etag);

    const mine = await get(path, { authorization: `Bearer ${token}` });
    expect([cacheOf(mine), mine.response.headers.get("cache-control")]).toEqual([
      null,
      "private, no-store",
    ]);
    expect(mine.response.headers.get("edgewise-ticket")).not.toBeNull();

    await client.setAudience(id, "only_me");
    const after = await get(path);
    // The follower may be a moment behind the purge; what it answers then is not kept.
    expect(cacheOf(after) ?? "").not.toContain("hit");
    await expect.poll(async () => (await get(path)).response.status, { timeout: 5_000 }).toBe(404);
  });

  it("comes back from an own setting's ETag with a ticket", async ({ expect }) => {
    const { token } = await newUser("own");
    const authorization = `Bearer ${token}`;
    const first = await get("/v1/settings", { authorization });
    const etag = first.response.headers.get("etag") ?? "";
    const same = await get("/v1/settings", { authorization, "if-none-match": etag });
    expect([same.response.status, same.body.length]).toEqual([304, 0]);
    expect(same.response.headers.get("edgewise-ticket")).not.toBeNull();
  });
});

describe("the web app", () => {
  it("is asked for each time, sent when changed, and its scripts never again", async ({
    expect,
  }) => {
    const page = await get("/");
    expect(page.response.headers.get("cache-control")).toBe("no-cache");
    const etag = page.response.headers.get("etag") ?? "";
    expect((await get("/", { "if-none-match": etag })).response.status).toBe(304);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(textOf(page.body))?.[1] ?? "";
    expect((await get(script)).response.headers.get("cache-control")).toContain("immutable");
  });
});

describe("an image", () => {
  it("comes in each width, made once by the platform, and from the cache", async ({ expect }) => {
    const { client } = await newUser("painter");
    const [width, height] = [1_600, 900];
    // Grain, which a PNG cannot hold in less than WebP does.
    let grain = 7;
    const pixels = Uint8Array.from({ length: width * height * 3 }, () => {
      grain = (grain * 48_271) % 2_147_483_647;
      return 100 + ((grain >> 8) % 64);
    });
    const { key } = await client.uploadMedia(encodePng(pixels, width, height));
    for (const asked of LIMITS.imageWidths) {
      const made = await get(`/media/${key}?w=${asked}`);
      expect(made.response.headers.get("content-type")).toBe("image/webp");
      expect(readImage(made.body)).toMatchObject({ width: asked, height: (asked * 9) / 16 });
      const again = await get(`/media/${key}?w=${asked}`);
      expect([cacheOf(again), textOf(again.body) === textOf(made.body)]).toEqual([
        "edgewise; hit",
        true,
      ]);
      const part = await get(`/media/${key}?w=${asked}`, { range: "bytes=0-3" });
      expect([part.response.status, textOf(part.body)]).toEqual([206, "RIFF"]);
    }
    expect(await problemOf(await fetch(`${cluster.url}/media/${key}?w=321`))).toMatchObject({
      field: "w",
    });
  });
});

describe("a video", () => {
  it("streams in, loses its place, and is played from anywhere", async ({ expect }) => {
    const { client } = await newUser("filmer");
    const film = mp4Of({ indexLast: true, mediaBytes: 12_000_000 });
    const media = await client.uploadMedia(film);
    expect(media).toEqual({
      key: expect.stringMatching(/^[0-9a-f]{32}\.mp4$/),
      width: 320,
      height: 240,
      durationMs: 1_500,
      alt: "",
    });
    const path = `/media/${media.key}`;
    const whole = await get(path);
    expect([whole.body.length, textOf(whole.body.subarray(-4_000)).includes(PLACE)]).toEqual([
      film.length,
      false,
    ]);
    const etag = whole.response.headers.get("etag") ?? "";
    const tail = await get(path, { range: "bytes=-100", "if-range": etag });
    expect([tail.response.status, tail.response.headers.get("content-range")]).toEqual([
      206,
      `bytes ${film.length - 100}-${film.length - 1}/${film.length}`,
    ]);
    expect(tail.body).toEqual(whole.body.subarray(-100));
    expect((await get(path, { range: `bytes=${film.length}-` })).response.status).toBe(416);
    const head = await get(path, {}, "HEAD");
    expect(head.response.headers.get("content-length")).toBe(String(film.length));
    expect((await get(path, { "if-none-match": etag })).response.status).toBe(304);

    const post = await client.createPost({ text: "", media: [media] });
    expect(post.media).toEqual([media]);
    expect((await client.post(post.id)).media).toEqual([media]);
  });

  it("that is too large is refused while it is being sent", async ({ expect }) => {
    const { client } = await newUser("director");
    const film = mp4Of({ mediaBytes: LIMITS.videoBytesMax });
    await expect(client.uploadMedia(film)).rejects.toMatchObject({
      status: 413,
      code: "too_large",
    });
  });
});

it("logs no error on the way", ({ expect }) => {
  expect(errors).toEqual([]);
});
