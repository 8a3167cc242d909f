import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { json, problemOf, startGateway } from "./harness.ts";
import { mp4Of, PLACE, textOf, webmOf } from "./media-files.ts";
import { uploadVideo } from "./uploads.ts";

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
