import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { SLATE } from "./fake-answers.ts";
import { App, POST, firstInSight, settled, signIn, wheelUntil, scrollY } from "./browser.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

/** The text of a number in the page, whose minus is the typographic one. */
const numberOf = (text: string): number => Number(text.replace("−", "-"));

async function openMenu(page: Page, item: string): Promise<void> {
  await page.locator(POST).nth(1).getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menu").getByText(item, { exact: true }).click();
}

describe("explanations", () => {
  it("of a place: parts with bars, which add up to the score", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    const ada = api.world.userOf("ada", null) ?? expect.unreachable();
    api.world.settings.set(ada.id, {
      feedMode: "ranked",
      defaultAudience: "public",
      theme: "system",
      autoplay: false,
    });
    await signIn(visit);
    await openMenu(page, "Why is this here?");
    const dialog = page.getByRole("dialog", { name: "Why is this here?" });
    await dialog.getByText("You follow its author.").waitFor();
    const values = await dialog.locator("tbody .why-value").allInnerTexts();
    expect(values).toEqual(["+1.25", "+0.75", "+0.50", "−0.30"]);
    const score = await dialog.locator("tfoot .why-value").innerText();
    expect(values.map(numberOf).reduce((a, b) => a + b)).toBeCloseTo(numberOf(score), 6);
    const widths = await dialog
      .locator(".why-bar span")
      .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect().width));
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeCloseTo(0.6, 1);
    await dialog
      .getByText("Scored by model-1, with weights default-1. As of 4 seconds ago.")
      .waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("of the order of time: that there is no score, by a key", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.keyboard.press("j");
    await page.keyboard.press("w");
    await page.getByText("so no score decides its place").waitFor();
    expect(await page.getByRole("dialog").locator("table").count()).toBe(0);
  });

  it("of an absence: from a pasted link, and from the post's own page", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api, url } = visit;
    const leo = api.world.userOf("leo", null) ?? expect.unreachable();
    const post = api.world.addPost({ authorId: leo.id, text: "x", audience: "public", media: [] });
    await signIn(visit);
    await page.getByRole("button", { name: /how this page was made/ }).click();
    await page.getByRole("button", { name: "Why is a post not here?" }).click();
    const dialog = page.getByRole("dialog", { name: "Why is this not in my feed?" });
    const link = dialog.getByLabel("Link to the post");
    await link.fill("nonsense");
    await link.press("Enter");
    await dialog.getByRole("alert").filter({ hasText: "no link to a post" }).waitFor();
    await link.fill(`${url}/post/${post.id}`);
    await link.press("Enter");
    await dialog.getByText("You do not follow its author.").waitFor();
    await dialog.locator(".stopped", { hasText: "none of your sources" }).waitFor();
    await link.fill(`${url}/post/999999`);
    await link.press("Enter");
    await dialog.getByText("There is no such post").waitFor();
    await page.keyboard.press("Escape");

    await page.goto(`${url}/post/${post.id}`);
    await page.locator(POST).getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Why is this not in my feed?" }).click();
    await page.getByRole("dialog").getByText("You do not follow its author.").waitFor();
    expect(visit.errors).toEqual([]);
  });
});

describe("the reader's word", () => {
  it("asks for less like this, and takes it back", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await openMenu(page, "Less like this");
    await expect.poll(() => [...api.news.feedback.values()]).toEqual(["less"]);
    const toast = page.getByRole("status").filter({ hasText: "You will see less like this" });
    await toast.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => api.news.feedback.size).toBe(0);
  });

  it("is what was on the screen: told when the page is left", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.waitForTimeout(3_000);
    const { posts } = api.world.home(api.world.userOf("ada", null) ?? expect.unreachable());
    // The event alone: the test's own interception may drop what a page that is gone still sends.
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pagehide"))');
    await expect.poll(() => api.news.seen.length).toBe(1);
    expect(api.news.seen[0]?.from.id).toBe(posts[0]?.id);
    const places = posts.map((post) => post.id);
    const last = places.indexOf(api.news.seen[0]?.to.id ?? "");
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(6);
    // The same as events of their slate, with places.
    await expect.poll(() => api.news.slates.length).toBe(1);
    const [told] = api.news.slates;
    expect(told?.slate).toBe(SLATE);
    const shown = posts
      .slice(0, last + 1)
      .map(({ id: post }, place) => ({ kind: "shown", post, place }));
    expect(
      told?.events.toSorted((a, b) => places.indexOf(a.post) - places.indexOf(b.post)),
    ).toEqual(shown);
  });

  it("is what was opened from the feed", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const post = await page.locator(POST).first().getAttribute("data-post");
    await page.locator(POST).first().press("Enter");
    await page.waitForURL(/\/post\//);
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pagehide"))');
    const opened = () =>
      api.news.slates.flatMap(({ events }) => events.map(({ kind, post: id }) => `${kind} ${id}`));
    await expect.poll(opened).toContain(`open ${post}`);
  });

  it("hears at the end how many posts were left out, and why", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    const end = page.locator(".list-end", { hasText: "You have reached the end." });
    await wheelUntil(page, async () => (await end.count()) > 0);
    expect(await end.innerText()).toMatch(/\d+ posts left out: \d+ not shared with you\./);
  });
});

describe("new posts", () => {
  it("show with faces, move nothing until they are asked for, and leave no double", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await page.clock.install({ time: api.world.nowMs });
    await signIn(visit);
    await wheelUntil(page, async () => (await scrollY(page)) > 900);
    await settled(page);
    const before = await firstInSight(page);
    for (const handle of ["milo", "juna"]) {
      const author = api.world.userOf(handle, null) ?? expect.unreachable();
      const text = `News of ${handle}`;
      api.world.addPost({ authorId: author.id, text, audience: "public", media: [] });
    }
    await page.clock.runFor(31_000);
    const pill = page.getByRole("button", { name: "2 new posts" });
    await pill.waitFor();
    expect(await pill.locator(".avatar").count()).toBe(2);
    expect(await firstInSight(page)).toEqual(before);
    await pill.click();
    await page.locator(POST).first().filter({ hasText: "News of juna" }).waitFor();
    expect(await page.locator(POST).filter({ hasText: "News of milo" }).count()).toBe(1);
    await pill.waitFor({ state: "detached" });
    expect(visit.errors).toEqual([]);
  });
});

describe("notifications", () => {
  it("are counted, read when seen, and reached by keys", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    const ada = api.world.userOf("ada", null) ?? expect.unreachable();
    await signIn(visit);
    const link = page.getByRole("link", { name: /^2 unread Notifications$/ });
    await link.waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "Notifications", level: 1 }).waitFor();
    await page.getByText("Milo Okafor and 4 others reacted to your post").waitFor();
    await page.getByText("Juna Lindqvist and Tomás Ferreira followed you").waitFor();
    await expect.poll(() => api.news.unread(ada).unread).toBe(0);
    await page.getByRole("link", { name: "Notifications", exact: true }).waitFor();
    expect(await page.locator(".notice.unread").count(), "still marked while it is read").toBe(2);
    await page.getByText("Wen Zhao commented on your post").click();
    await page.getByRole("heading", { name: "Post", exact: true }).waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("say so when there are none", async ({ expect }) => {
    const visit = await app.visit();
    const { page, url } = visit;
    await signIn(visit, "milo");
    await page.goto(`${url}/notifications`);
    await page.getByRole("heading", { name: "Nothing new" }).waitFor();
    expect(await page.locator(".badge").count()).toBe(0);
  });
});
