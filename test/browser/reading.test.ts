import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import {
  App,
  POST,
  documentWidth,
  drawn,
  firstInSight,
  scrollY,
  settled,
  signIn,
  wheelUntil,
} from "./browser.ts";
import { REFUSED_TRACE } from "./fake-api.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

/** Runs in the page: notes every card in order of first appearance, and the most at once. */
const WATCH_CARDS = `(() => {
  const watched = (window.watched = { seen: [], most: 0 });
  const look = () => {
    const ids = [...document.querySelectorAll("[data-post]")].map((card) => card.dataset.post);
    watched.most = Math.max(watched.most, ids.length);
    watched.seen.push(...ids.filter((id) => !watched.seen.includes(id)));
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
})()`;

/** Fourth page of twenty. */
const FAR = 65;

async function readFar(visit: Awaited<ReturnType<App["visit"]>>): Promise<void> {
  const { page } = visit;
  await wheelUntil(page, async () => {
    const places = await page
      .locator(POST)
      .evaluateAll((all) => all.map((card) => Number(card.getAttribute("aria-posinset"))));
    return Math.max(...places) > FAR;
  });
  await settled(page);
}

describe("reading", () => {
  it("signs in as a demo user and shows the feed, newest first, without an error", async ({
    expect,
  }) => {
    const visit = await app.visit();
    await signIn(visit);
    const { posts } = visit.api.world.home(
      visit.api.world.userOf("ada", null) ?? expect.unreachable(),
    );
    const shown = await visit.page
      .locator(POST)
      .evaluateAll((all) => all.map((card) => card.getAttribute("data-post")));
    expect(shown.slice(0, 5)).toEqual(posts.slice(0, 5).map((post) => post.id));
    expect(await visit.page.title()).toBe("Home · Edgewise");
    expect(visit.errors).toEqual([]);
  });

  it("signs in by handle, says when there is nobody, and creates an account", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page } = visit;
    await page.goto(visit.url);
    await page.getByLabel("Or enter a handle").fill("nobody_here");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: "no such user" }).waitFor();
    await page.getByRole("button", { name: "New here? Create an account" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Iris Vale");
    await page.getByLabel("Handle").fill("iris");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { name: "Your feed is quiet" }).waitFor();
    await page.getByRole("link", { name: "Find people" }).click();
    await page.getByRole("button", { name: "Follow Milo Okafor" }).first().click();
    await page.getByRole("link", { name: "Home", exact: true }).click();
    await page.locator(POST).first().waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("returns to the exact place after a post, a profile and a reload, more than three pages down", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await readFar(visit);
    const before = await firstInSight(page);
    const feedCalls = { more: 0 };
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/v1/feed") feedCalls.more++;
    });

    await page
      .locator(`[data-post="${before.id}"] .text, [data-post="${before.id}"] time`)
      .last()
      .click();
    await page.getByRole("heading", { name: "Post", exact: true }).waitFor();
    expect(await scrollY(page)).toBe(0);
    await page.getByRole("button", { name: "Back" }).click();
    await page.locator(`[data-post="${before.id}"]`).waitFor();
    await drawn(page);
    expect(await firstInSight(page)).toEqual(before);

    await page.locator(`[data-post="${before.id}"] .author`).first().click();
    await page.getByRole("navigation", { name: "Profile sections" }).waitFor();
    await page.goBack();
    await page.locator(`[data-post="${before.id}"]`).waitFor();
    await drawn(page);
    expect(await firstInSight(page)).toEqual(before);
    expect(feedCalls.more, "feed pages read again").toBe(0);

    await page.reload();
    await page.locator(`[data-post="${before.id}"]`).waitFor();
    await drawn(page);
    expect(await firstInSight(page)).toEqual(before);
    expect(visit.errors).toEqual([]);
  });

  it("reads every post exactly once down to the end, and keeps few of them in the page", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.evaluate(WATCH_CARDS);
    const { posts } = api.world.home(api.world.userOf("ada", null) ?? expect.unreachable());
    const last = page.locator(`[data-post="${posts.at(-1)?.id}"]`);
    await wheelUntil(page, async () => (await last.count()) > 0);
    await page.getByText("You have reached the end.").waitFor();
    const { seen, most } = await page.evaluate<{ seen: string[]; most: number }>("window.watched");
    expect(seen).toEqual(posts.map((post) => post.id));
    expect(posts.length).toBeGreaterThan(80);
    expect(most).toBeLessThan(40);
  });

  it("learns of new posts while it is left open", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await page.clock.install({ time: api.world.nowMs });
    await signIn(visit);
    const milo = api.world.userOf("milo", null) ?? expect.unreachable();
    api.world.addPost({ authorId: milo.id, text: "One", audience: "public", media: [] });
    api.world.addPost({ authorId: milo.id, text: "Two", audience: "public", media: [] });
    await page.clock.runFor(61_000);
    await page.getByRole("button", { name: "2 new posts" }).waitFor();
  });

  it("offers new posts without moving the reader, and shows them when asked", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const milo = api.world.userOf("milo", null) ?? expect.unreachable();
    api.world.addPost({
      authorId: milo.id,
      text: "Hot off the press",
      audience: "public",
      media: [],
    });
    await wheelUntil(page, async () => (await scrollY(page)) > 900);
    await settled(page);
    const before = await firstInSight(page);
    await page.getByRole("button", { name: "Follow Leo Marchetti" }).click();
    const pill = page.getByRole("button", { name: "1 new post" });
    await pill.waitFor();
    expect(await firstInSight(page)).toEqual(before);
    await pill.click();
    await page.locator(POST).first().filter({ hasText: "Hot off the press" }).waitFor();
    await expect.poll(() => scrollY(page)).toBe(0);
    expect(visit.errors).toEqual([]);
  });

  it("says what failed and tries again when asked", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    api.faults.push({ method: "GET", path: "/feed", status: 500, times: 1 });
    await page.goto(visit.url);
    await page.locator("button.face-button").first().click();
    await page.getByRole("heading", { name: "This did not load" }).waitFor();
    const failed = await page.getByRole("alert").textContent();
    expect(failed).toContain(`Reference: ${REFUSED_TRACE}`);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(POST).first().waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("says so when the connection is lost while reading, and goes on when it is back", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.context().setOffline(true);
    const again = page.getByRole("button", { name: "Try again" });
    await wheelUntil(page, () => again.isVisible());
    await page.context().setOffline(false);
    const height = await page.evaluate<number>("document.body.scrollHeight");
    await again.click();
    await expect
      .poll(() => page.evaluate<number>("document.body.scrollHeight"))
      .toBeGreaterThan(height);
  });

  it("tells how the page was made", async ({ expect }) => {
    const visit = await app.visit();
    await signIn(visit);
    await visit.page.getByRole("button", { name: /^Latest.*how this page was made/ }).click();
    const info = visit.page.getByRole("region", { name: "How this page was made" });
    expect(await info.innerText()).toContain("Newest first");
    expect(await info.innerText()).toMatch(/\d+ posts? left out: not shared with you/);
  });

  it("opens images large, with their description", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.locator(".media-item").first().click();
    const box = page.getByRole("dialog");
    await box.locator("img").waitFor();
    expect(
      await box
        .locator("img")
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(100);
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
  });
});

describe("fitting in", () => {
  it("has no sideways scroll at 360 pixels on any page", async ({ expect }) => {
    const visit = await app.visit({
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    const { page, api, url } = visit;
    const milo = api.world.userOf("milo", null) ?? expect.unreachable();
    const text = `${"unbroken".repeat(60)} https://example.org/${"a".repeat(300)}`;
    const post = api.world.addPost({ authorId: milo.id, text, audience: "followers", media: [] });
    await signIn(visit);
    for (const path of [
      "/",
      `/post/${post.id}`,
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
      expect(await documentWidth(page), path).toBe(360);
    }
    expect(await page.getByRole("navigation", { name: "Main" }).isVisible()).toBe(true);
    expect(visit.errors).toEqual([]);
  });

  it("follows the system's theme, and keeps a chosen one across a reload", async ({ expect }) => {
    const visit = await app.visit({ colorScheme: "dark" });
    const { page } = visit;
    const paper = (): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    await signIn(visit);
    expect(await paper()).toBe("rgb(16, 20, 19)");
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("radio", { name: "Light" }).check();
    await expect.poll(paper).toBe("rgb(250, 249, 246)");
    // On its way to the account, whose settings a page that begins takes.
    const saved = () => [...visit.api.world.settings.values()].map(({ theme }) => theme);
    await expect.poll(saved).toEqual(["light"]);
    await page.reload();
    expect(await paper()).toBe("rgb(250, 249, 246)");
    await page.getByRole("radio", { name: "Dark" }).check();
    await expect.poll(paper).toBe("rgb(16, 20, 19)");
  });
});
