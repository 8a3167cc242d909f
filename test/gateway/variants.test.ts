import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { gifOf, pngOf } from "./images.ts";
import { problemOf, startGateway } from "./harness.ts";
import { mp4Of } from "./media-files.ts";
import { upload, uploadVideo } from "./uploads.ts";

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
