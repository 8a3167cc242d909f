import { describe, it } from "vitest";

import { gifOf, jpegOf, pngOf, webpOf } from "./images.ts";
import { json, problemOf, startGateway } from "./harness.ts";
import { mp4Of } from "./media-files.ts";
import { upload, uploadVideo } from "./uploads.ts";

describe("an upload", () => {
  it.for([
    ["png", pngOf(3, 2), "image/png"],
    ["gif", gifOf(3, 2), "image/gif"],
    ["jpg", jpegOf(3, 2), "image/jpeg"],
    ["webp", webpOf("VP8L", 3, 2), "image/webp"],
  ] as const)(
    "of %s is named by its content and served as what it is",
    async ([extension, bytes, type], { expect }) => {
      const gateway = startGateway();
      const { status, media } = await upload(gateway, bytes);
      expect(status).toBe(201);
      expect(media).toEqual({
        key: expect.stringMatching(new RegExp(`^[0-9a-f]{32}\\.${extension}$`)),
        width: 3,
        height: 2,
        alt: "",
      });
      expect((await upload(gateway, bytes)).media.key).toBe(media.key);

      const served = await gateway.request(`/media/${media.key}`);
      expect(served.status).toBe(200);
      expect(served.headers.get("content-type")).toBe(type);
      expect(served.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(served.headers.get("x-content-type-options")).toBe("nosniff");
      expect(served.headers.get("content-security-policy")).toContain("sandbox");
      expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
    },
  );

  it.for([
    [0, 5],
    [5, 0],
    [16_385, 5],
    [5, 4_294_967_295],
    [16_384, 16_384],
  ] as const)("of %d x %d pixels is refused", async ([width, height], { expect }) => {
    const gateway = startGateway();
    const response = await gateway.asAda("/v1/media", {
      method: "POST",
      body: pngOf(width, height),
    });
    expect((await problemOf(response)).code).toBe("unsupported_media");
    expect(gateway.media.objects.size).toBe(0);
  });
});

it("is stored only while its user may upload more, and says what they have used up", async ({
  expect,
}) => {
  const gateway = startGateway();
  const what = "500 bytes of uploads a day";
  gateway.feed.failure = { code: "rate_limited", retryAfterMs: 90_000, what };
  const image = await gateway.asAda("/v1/media", { method: "POST", body: pngOf(3, 2) });
  const video = await uploadVideo(gateway, mp4Of());
  for (const response of [image, video]) {
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("90");
    expect(await problemOf(response)).toMatchObject({
      code: "rate_limited",
      detail: expect.stringContaining(what),
    });
  }
  expect(gateway.media.objects.size).toBe(0);
  gateway.feed.failure = null;
  gateway.feed.calls.length = 0;
  const bytes = mp4Of();
  await uploadVideo(gateway, bytes);
  expect(gateway.feed.calls.map(({ method, args }) => [method, args[1]])).toEqual([
    ["noteUpload", bytes.length],
  ]);
});

it("is uploaded before a post or a profile shows it", async ({ expect }) => {
  const gateway = startGateway();
  const missing = `${"0".repeat(32)}.png`;
  const { media } = await upload(gateway, pngOf(3, 2));
  const post = (...keys: string[]) =>
    gateway.asAda("/v1/posts", {
      method: "POST",
      ...json({ media: keys.map((key) => ({ key, width: 3, height: 2 })) }),
    });
  const profile = (avatar: string | null) =>
    gateway.asAda("/v1/users/me", { method: "PATCH", ...json({ avatar }) });

  expect((await post(media.key)).status).toBe(201);
  expect((await profile(media.key)).status).toBe(200);
  expect((await profile(null)).status).toBe(200);
  expect(await problemOf(await post(media.key, missing))).toMatchObject({
    code: "invalid_request",
    field: "media.1.key",
  });
  expect(await problemOf(await profile(missing))).toMatchObject({ field: "avatar" });
});

describe("an image", async () => {
  const gateway = startGateway();
  const bytes = pngOf(4, 4);
  const { media } = await upload(gateway, bytes);
  const get = (headers: Record<string, string>, method = "GET") =>
    gateway.request(`/media/${media.key}`, { headers, method });

  it("is not sent again to who has it", async ({ expect }) => {
    for (const tag of [`"${media.key}"`, `W/"${media.key}"`, "*", `"other", "${media.key}"`]) {
      const response = await get({ "if-none-match": tag });
      expect([response.status, await response.text()]).toEqual([304, ""]);
    }
    expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
  });

  it.for([
    ["bytes=0-9", 206, "bytes 0-9/64", 10],
    ["bytes=60-", 206, "bytes 60-63/64", 4],
    ["bytes=60-1000", 206, "bytes 60-63/64", 4],
    ["bytes=-4", 206, "bytes 60-63/64", 4],
    ["bytes=-100", 206, "bytes 0-63/64", 64],
    ["bytes=64-", 416, "bytes */64", 0],
    ["bytes=-0", 416, "bytes */64", 0],
    ["bytes=9-3", 200, null, 64],
    ["bytes=0-1,3-4", 200, null, 64],
    ["lines=0-1", 200, null, 64],
    ["bytes=", 200, null, 64],
  ] as const)(
    "answers Range: %s with %d",
    async ([range, status, contentRange, length], { expect }) => {
      const response = await get({ range });
      expect(response.status).toBe(status);
      expect(response.headers.get("content-range")).toBe(contentRange);
      expect((await response.arrayBuffer()).byteLength).toBe(length);
    },
  );

  it("is sent whole when If-Range names another", async ({ expect }) => {
    expect((await get({ range: "bytes=0-9", "if-range": `"${media.key}"` })).status).toBe(206);
    expect((await get({ range: "bytes=0-9", "if-range": '"other"' })).status).toBe(200);
  });

  it("is read from the bucket once, then from the cache", async ({ expect }) => {
    const shown = startGateway();
    const { media: key } = await upload(shown, bytes);
    const look = () => shown.request(`/media/${key.key}`);
    const [first, text] = await look().then(async (r) => [r, await r.text()] as const);
    await shown.settle();
    shown.media.objects.clear();
    const second = await look();
    expect(second.headers.get("cache-status")).toBe("edgewise; hit");
    for (const name of ["etag", "content-type", "content-length", "cache-control"]) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(await second.text()).toBe(text);
    // The cache away is only slower.
    shown.edge.thrown = new Error("no cache today");
    expect((await look()).status).toBe(404);
  });

  it("answers HEAD without a body", async ({ expect }) => {
    const response = await get({}, "HEAD");
    expect([
      response.status,
      response.headers.get("content-length"),
      await response.text(),
    ]).toEqual([200, "64", ""]);
  });
});
