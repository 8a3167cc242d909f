import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, drawn, picture, signIn, type Visit } from "./browser.ts";
import { findings } from "./findings.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

/** The service says `level` with its next answer. */
async function goTo(visit: Visit, level: number): Promise<void> {
  visit.api.level = level;
  await visit.page.reload();
  await visit.page.locator("[data-post]").first().waitFor();
  await drawn(visit.page);
}
const BANNER = ".level-banner";

it("says nothing in normal operation, and nothing that a reader would not notice", async ({
  expect,
}) => {
  const visit = await app.visit();
  await signIn(visit);
  for (const level of [0, 1]) {
    await goTo(visit, level);
    expect(await visit.page.locator(BANNER).count()).toBe(0);
  }
});

it("in read-only mode says so, turns the composer off with the reason, and keeps its words", async ({
  expect,
}) => {
  const visit = await app.visit();
  const { page } = visit;
  await signIn(visit);
  const box = page.getByLabel("Text of the post");
  await box.fill("Half a thought");
  await goTo(visit, 3);
  await page.locator(BANNER).filter({ hasText: "connectivity issues" }).waitFor();
  const post = page.locator(".home-composer").getByRole("button", { name: "Post" });
  expect(await post.isDisabled()).toBe(true);
  expect(await box.inputValue()).toBe("Half a thought");
  expect(await box.getAttribute("readonly")).not.toBeNull();
  const why = await post.getAttribute("aria-describedby");
  expect(await page.locator(`[id="${why}"]`).textContent()).toContain("kept here");
  await goTo(visit, 0);
  await page.locator(BANNER).waitFor({ state: "detached" });
  expect(await post.isDisabled()).toBe(false);
  expect(visit.errors).toEqual([]);
});

it("in read-only mode keeps a reaction, and does not say that it could be sent", async ({
  expect,
}) => {
  const visit = await app.visit();
  const { page } = visit;
  await signIn(visit);
  await goTo(visit, 3);
  visit.api.faults.push({ method: "PUT", path: "/posts", status: 503, times: 9 });
  await page.getByRole("button", { name: /^Like/ }).first().click();
  const strip = page.locator(".status-strip");
  await strip.filter({ hasText: "1 change waiting" }).waitFor();
  expect(await strip.textContent()).toContain("Kept here");
  expect(await strip.getByRole("button", { name: "Send now" }).count()).toBe(0);
  visit.api.faults.length = 0;
  await goTo(visit, 0);
  await strip.waitFor({ state: "detached" });
  await page
    .getByRole("button", { name: /^You reacted/ })
    .first()
    .waitFor();
});

const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  ([1280, 390] as const).map((width) => [colorScheme, width] as const),
);
describe.for(LOOKS)("the banner, %s, %i wide", ([colorScheme, width]) => {
  it("can be read by everybody", async ({ expect }) => {
    const viewport = { width, height: 844 };
    const visit = await app.visit({ colorScheme, viewport, reducedMotion: "reduce" });
    await signIn(visit);
    for (const level of [2, 3, 4]) {
      await goTo(visit, level);
      expect(await visit.page.locator(`[role="status"] ${BANNER}`).count()).toBe(1);
      expect(await findings(visit.page)).toEqual([]);
      await picture(visit, `level-${level}-${colorScheme}-${width}`);
    }
  });
});
