import { describe, it } from "vitest";

import { gifOf, jpegOf, pngOf, webpOf } from "./images.ts";
import { json, problemOf, startGateway } from "./harness.ts";
import { LIMITS } from "../../core/limits.ts";
import { mp4Of, PLACE, textOf, webmOf } from "./media-files.ts";

const upload = async (
  gateway: ReturnType<typeof startGateway>,
  body: Uint8Array<ArrayBuffer>,
  type = "text/html",
) => {
  const response = await gateway.asAda("/v1/media", {
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  return {
    status: response.status,
    media: (await response.json()) as { key: string; width: number },
  };
};

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

  it("answers HEAD without a body", async ({ expect }) => {
    const response = await get({}, "HEAD");
    expect([
      response.status,
      response.headers.get("content-length"),
      await response.text(),
    ]).toEqual([200, "64", ""]);
  });
});

/** As clients send it: with its length. */
const uploadVideo = async (
  gateway: ReturnType<typeof startGateway>,
  body: Uint8Array<ArrayBuffer>,
) =>
  gateway.asAda("/v1/media", {
    method: "POST",
    body,
    headers: { "content-type": "video/mp4", "content-length": String(body.length) },
  });

describe("a video", () => {
  it.for([
    ["mp4", mp4Of({ indexLast: true }), "video/mp4", { durationMs: 1_500 }],
    ["webm", webmOf(), "video/webm", {}],
  ] as const)(
    "of %s is kept under its content, without place, and served in parts",
    async ([extension, bytes, type, more], { expect }) => {
      const gateway = startGateway();
      const response = await uploadVideo(gateway, bytes);
      const media = (await response.json()) as { key: string };
      const key = expect.stringMatching(new RegExp(`^[0-9a-f]{32}\\.${extension}$`));
      expect([response.status, media]).toEqual([
        201,
        { key, width: 320, height: 240, alt: "", ...more },
      ]);
      expect(await (await uploadVideo(gateway, bytes)).json()).toEqual(media);
      // Nothing is left of the way there.
      expect([...gateway.media.objects.keys()]).toEqual([media.key]);

      const served = await gateway.request(`/media/${media.key}`);
      expect(served.headers.get("content-type")).toBe(type);
      expect(served.headers.get("accept-ranges")).toBe("bytes");
      const whole = new Uint8Array(await served.arrayBuffer());
      expect([whole.length, textOf(whole).includes(PLACE)]).toEqual([bytes.length, false]);
      const part = await gateway.request(`/media/${media.key}`, { headers: { range: "bytes=8-" } });
      expect([part.status, part.headers.get("content-range")]).toEqual([
        206,
        `bytes 8-${bytes.length - 1}/${bytes.length}`,
      ]);
      expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.subarray(8));
    },
  );

  it("may be in a post, and is no avatar", async ({ expect }) => {
    const gateway = startGateway();
    const media = await (await uploadVideo(gateway, mp4Of())).json();
    const { key } = media as { key: string };
    const post = await gateway.asAda("/v1/posts", { method: "POST", ...json({ media: [media] }) });
    expect(post.status).toBe(201);
    expect(gateway.feed.calls.at(-1)?.args[1]).toMatchObject({ media: [media] });
    const avatar = await gateway.asAda("/v1/users/me", {
      method: "PATCH",
      ...json({ avatar: key }),
    });
    expect(await problemOf(avatar)).toMatchObject({ status: 400, field: "avatar" });
  });

  it.for([
    ["cut off", mp4Of().subarray(0, 300), "unsupported_media"],
    ["too long", mp4Of({ durationMs: LIMITS.videoMsMax + 1 }), "unsupported_media"],
    ["too big a picture", mp4Of({ width: 16_000, height: 9_000 }), "unsupported_media"],
  ] as const)(
    "that is %s is refused, and nothing of it stays",
    async ([, bytes, code], { expect }) => {
      const gateway = startGateway();
      const response = await uploadVideo(gateway, bytes.slice());
      expect((await problemOf(response)).code).toBe(code);
      expect(gateway.media.objects.size).toBe(0);
    },
  );

  it("is bounded before it is stored, and must say its length", async ({ expect }) => {
    const gateway = startGateway();
    const send = (length: string | undefined) =>
      gateway.asAda("/v1/media", {
        method: "POST",
        body: mp4Of(),
        headers: length === undefined ? {} : { "content-length": length },
      });
    expect(await problemOf(await send(String(LIMITS.videoBytesMax + 1)))).toMatchObject({
      code: "too_large",
      field: "body",
    });
    expect(await problemOf(await send(undefined))).toMatchObject({ field: "Content-Length" });
    expect(await problemOf(await send("10"))).toMatchObject({ code: "unavailable" });
    expect(gateway.media.objects.size).toBe(0);
  });
});

describe("a smaller image", () => {
  const start = async (width = 2_000, height = 1_000) => {
    const gateway = startGateway();
    const { media } = await upload(gateway, pngOf(width, height));
    const get = (w: number | string, init: RequestInit = {}) =>
      gateway.request(`/media/${media.key}?w=${w}`, init);
    return { gateway, get, key: media.key };
  };

  it.for(LIMITS.imageWidths)("of %d pixels is made once, and kept", async (width, { expect }) => {
    const { gateway, get, key } = await start();
    const texts = [];
    for (let i = 0; i < 3; i++) {
      const response = await get(width);
      expect(response.headers.get("content-type")).toBe("image/webp");
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(response.headers.get("etag")).toBe(`"${key}-${width}"`);
      texts.push(await response.text());
    }
    expect(texts).toEqual(Array(3).fill(`webp of ${width}`.padEnd(20, ".")));
    expect(gateway.resizer.asked).toEqual([width]);
    const part = await get(width, { headers: { range: "bytes=0-3" } });
    expect([part.status, await part.text()]).toEqual([206, "webp"]);
    const same = await get(width, { headers: { "if-none-match": `"${key}-${width}"` } });
    expect(same.status).toBe(304);
  });

  it("is never a larger one", async ({ expect }) => {
    const { gateway, get, key } = await start(320, 200);
    const response = await get(320);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(gateway.resizer.asked).toEqual([]);
    expect([...gateway.media.objects.keys()]).toEqual([key]);
  });

  it("with more bytes gives way to the original, for good", async ({ expect }) => {
    const { gateway, get } = await start();
    gateway.resizer.bytes = 1_000;
    for (let i = 0; i < 2; i++)
      expect((await get(320)).headers.get("content-type")).toBe("image/png");
    expect(gateway.resizer.asked).toEqual([320]);
  });

  it("that cannot be made now is the original for a while", async ({ expect }) => {
    const { gateway, get } = await start();
    gateway.resizer.isAway = true;
    const response = await get(320);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    expect(response.headers.get("etag")).toBeNull();
    gateway.resizer.isAway = false;
    expect((await get(320)).headers.get("content-type")).toBe("image/webp");
  });

  it.for(["0", "321", "", "320x", "1e9", "-320", "0320"])(
    "of %s pixels is refused",
    async (width, { expect }) => {
      const { gateway, get } = await start();
      expect(await problemOf(await get(width))).toMatchObject({ status: 400, field: "w" });
      expect(gateway.resizer.asked).toEqual([]);
    },
  );

  it("of what moves is what it is", async ({ expect }) => {
    const gateway = startGateway();
    const { media } = await upload(gateway, gifOf(2_000, 1_000));
    const { key } = (await (await uploadVideo(gateway, mp4Of())).json()) as { key: string };
    for (const [moving, type] of [
      [media.key, "image/gif"],
      [key, "video/mp4"],
    ] as const) {
      const response = await gateway.request(`/media/${moving}?w=320`);
      expect(response.headers.get("content-type")).toBe(type);
    }
    expect(gateway.resizer.asked).toEqual([]);
  });

  it("of nothing is not found, and its own key is no address", async ({ expect }) => {
    const { gateway, get, key } = await start();
    await get(320);
    const missing = await gateway.request(`/media/${"0".repeat(32)}.png?w=320`);
    expect(missing.status).toBe(404);
    for (const path of [
      `/media/variants/${key}/320`,
      `/media/variants%2F${key}%2F320`,
      "/media/incoming/x",
    ]) {
      const { headers } = await gateway.request(path);
      expect(headers.get("content-type")).not.toContain("image/");
    }
  });
});
