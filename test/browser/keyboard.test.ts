import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, signIn } from "./browser.ts";

/** Runs in the page: controls that a screen reader could only call "button". */
const NAMELESS = `[...document.querySelectorAll("button, a:not([aria-hidden]), input, textarea")]
  .filter((control) => {
    const labels = [...(control.labels ?? [])].map((label) => label.textContent).join("");
    return !(control.ariaLabel || control.textContent.trim() || labels.trim());
  })
  .map((control) => control.outerHTML)`;

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

describe("keyboard", () => {
  it("moves with j and k, likes with l, opens with Enter, and finds its post again", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const focused = (): Promise<string | null> =>
      page.evaluate<string | null>(
        "document.activeElement.closest('[data-post]')?.dataset.post ?? null",
      );
    const order = api.world
      .home(api.world.userOf("ada", null) ?? expect.unreachable())
      .posts.map((post) => post.id);
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("j");
      expect(await focused()).toBe(order[i]);
    }
    await page.keyboard.press("k");
    expect(await focused()).toBe(order[10]);
    await page.keyboard.press("l");
    await expect
      .poll(() => api.world.reactions.has(`${api.world.userOf("ada", null)?.id}>${order[10]}`))
      .toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Post", exact: true }).waitFor();
    await page.goBack();
    await page.locator(POST).first().waitFor();
    await expect.poll(focused).toBe(order[10]);
    expect(visit.errors).toEqual([]);
  });

  it("shows help, ignores shortcuts while typing, and closes with Escape", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await help.waitFor();
    await page.keyboard.press("n");
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    const box = page.getByLabel("Text of the post");
    await box.click();
    await page.keyboard.type("njk?");
    expect(await box.inputValue()).toBe("njk?");
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("skips to the content, and walks a menu with arrows", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.reload();
    await page.locator(POST).first().waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate<string>("document.activeElement.textContent")).toBe(
      "Skip to content",
    );
    await page.keyboard.press("Enter");
    expect(await page.evaluate<string>("document.activeElement.id")).toBe("main");
    await page.locator(POST).first().getByRole("button", { name: "More" }).press("Enter");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate<string>("document.activeElement.textContent")).toBe("Copy link");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("menu").count()).toBe(0);
    expect(await page.evaluate<string>("document.activeElement.ariaLabel")).toBe("More");
  });

  it("gives every control a name", async ({ expect }) => {
    const visit = await app.visit();
    const { page, url } = visit;
    await signIn(visit);
    for (const path of ["/", "/u/milo", "/explore", "/notifications", "/requests", "/settings"]) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      const nameless = await page.evaluate<string[]>(NAMELESS);
      expect(nameless, path).toEqual([]);
    }
  });
});
