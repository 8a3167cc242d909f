import { afterAll, afterEach, beforeAll, it } from "vitest";

import { App, POST, signIn } from "./browser.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

/** Runs in the page: half a second of video, recorded from a canvas, as base64. */
const RECORD = `(async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
  const pen = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const done = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  for (let i = 0; i < 10; i++) {
    pen.fillStyle = "hsl(" + i * 30 + " 60% 50%)";
    pen.fillRect(0, 0, 320, 240);
    await new Promise((next) => setTimeout(next, 50));
  }
  recorder.stop();
  await done;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
})()`;

it("uploads a video with its progress, shows it, and plays it only when asked", async ({
  expect,
}) => {
  const visit = await app.visit();
  const { page, api } = visit;
  await signIn(visit);
  const buffer = Buffer.from(await page.evaluate<string>(RECORD), "base64");
  let release = (): void => undefined;
  api.hold = new Promise((resolve) => {
    release = resolve;
  });
  await page
    .getByLabel("Add images or videos")
    .setInputFiles({ name: "tide.webm", mimeType: "video/webm", buffer });
  await page.getByRole("progressbar", { name: "Uploading tide.webm" }).waitFor();
  release();
  await page.getByLabel("Description of video 1").fill("The tide, sped up");
  await page.getByLabel("Text of the post").press("Control+Enter");
  const video = page.locator(POST).first().getByLabel("Video: The tide, sped up");
  await video.waitFor();
  await expect.poll(() => api.world.posts[0]?.media[0]?.key).toMatch(/\.webm$/);
  const asked = await video.evaluate(
    ({ attributes }) =>
      Object.fromEntries(
        [...(attributes as unknown as Iterable<{ name: string; value: string }>)].map((one) => [
          one.name,
          one.value,
        ]),
      ) as Record<string, string>,
  );
  expect(asked).toMatchObject({ controls: "", preload: "metadata", playsinline: "" });
  const playing = (): Promise<boolean> =>
    video.evaluate((element) => !(element as unknown as { paused: boolean }).paused);
  expect(await playing()).toBe(false);

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("radio", { name: /By themselves/ }).check();
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await expect.poll(playing).toBe(true);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.reload();
  await video.waitFor();
  await page.waitForTimeout(500);
  expect(await playing(), "motion is not wanted").toBe(false);
  expect(visit.errors).toEqual([]);
});

it("offers narrower copies of an image, and walks a lightbox by keys", async ({ expect }) => {
  const visit = await app.visit();
  const { page } = visit;
  await signIn(visit);
  const wide = page.locator(".media-item img[srcset]").first();
  expect(await wide.getAttribute("srcset")).toMatch(/\?w=320 320w, .*\.png \d+w$/);
  const two = page.locator(".media-2").first();
  await two.scrollIntoViewIfNeeded();
  await two.locator(".media-item").first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Image 1 of 2" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "Image 2 of 2" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(visit.errors).toEqual([]);
});
