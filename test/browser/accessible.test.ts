import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, signIn } from "./browser.ts";
import { findings } from "./findings.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

const SIZES = {
  wide: { width: 1280, height: 860 },
  narrow: { width: 390, height: 844 },
} as const;
const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  (["wide", "narrow"] as const).map((size) => [colorScheme, size] as const),
);

describe.for(LOOKS)("%s, %s", ([colorScheme, size]) => {
  it("has nothing serious on any page", async ({ expect }) => {
    const visit = await app.visit({ colorScheme, viewport: SIZES[size], reducedMotion: "reduce" });
    const { page, api, url } = visit;
    await page.goto(url);
    await page.locator("button.face-button").first().waitFor();
    const found: Record<string, string[]> = { welcome: await findings(page) };
    await page.getByRole("button", { name: "New here? Create an account" }).click();
    found["sign-up"] = await findings(page);
    await signIn(visit);
    const post = api.world.posts[0]?.id ?? expect.unreachable();
    for (const path of [
      "/",
      `/post/${post}`,
      "/u/milo",
      "/u/milo/followers",
      "/u/ada",
      "/explore",
      "/notifications",
      "/requests",
      "/settings",
      "/nowhere",
    ]) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      found[path] = await findings(page);
    }
    expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual(
      {},
    );
  });

  it("has nothing serious in dialogs, menus and bad weather", async ({ expect }) => {
    const visit = await app.visit({ colorScheme, viewport: SIZES[size], reducedMotion: "reduce" });
    const { page } = visit;
    await signIn(visit);
    const found: Record<string, string[]> = {};
    const look = async (name: string): Promise<void> => {
      found[name] = await findings(page);
      await page.keyboard.press("Escape");
    };
    const card = page.locator(POST).nth(1);
    await card.getByRole("button", { name: "More", exact: true }).click();
    await look("menu");
    await page.keyboard.press("j");
    await page.keyboard.press("w");
    await page.getByText("so no score").waitFor();
    await look("why");
    await page.keyboard.press("?");
    await look("help");
    await page.keyboard.press("n");
    await look("composer");
    await page.getByRole("button", { name: /how this page was made/ }).click();
    await look("how it was made");
    await page.locator(".media-item").first().click();
    await look("lightbox");
    await page.context().setOffline(true);
    await page.getByLabel("Text of the post").fill("From the tunnel");
    await page.getByLabel("Text of the post").press("Control+Enter");
    await page.getByText("Waiting to send").waitFor();
    found["offline"] = await findings(page);
    await page.getByRole("button", { name: "1 change waiting" }).click();
    await look("outbox");
    expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual(
      {},
    );
  });
});

it("lists every shortcut in its help", async ({ expect }) => {
  const visit = await app.visit();
  const { page } = visit;
  await signIn(visit);
  await page.keyboard.press("?");
  const keys = await page.getByRole("dialog").locator("dt").allInnerTexts();
  const listed = keys.map((text) => text.replaceAll(/\s+/g, " ").trim());
  for (const key of ["j", "k", "Enter", "l", "c", "r", "n", ".", "w", "h", "e", "p", "g n", "?"])
    expect(listed).toContain(key);
});
