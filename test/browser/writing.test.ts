import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, firstInSight, scrollY, signIn, wheelUntil } from "./browser.ts";
import { drawPng } from "./fake-pictures.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

describe("posting", () => {
  it("shows the post before the server has answered, then settles it", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    let release = (): void => undefined;
    api.hold = new Promise((resolve) => {
      release = resolve;
    });
    const box = page.getByLabel("Text of the post");
    await box.fill("Hello from the test");
    await page.getByRole("button", { name: "Who can see this: Everyone" }).click();
    await page.getByRole("menuitemradio", { name: /Followers/ }).click();
    await box.press("Control+Enter");
    const first = page.locator(POST).first();
    await first
      .filter({ hasText: "Hello from the test" })
      .filter({ hasText: "Posting…" })
      .waitFor();
    expect(await box.inputValue()).toBe("");
    release();
    await first.filter({ hasNotText: "Posting…" }).waitFor();
    expect(api.world.posts[0]).toMatchObject({
      text: "Hello from the test",
      audience: "followers",
    });
    expect(visit.errors).toEqual([]);
  });

  it("takes the post back when the server refuses, and keeps the draft", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const top = await page.locator(POST).first().getAttribute("data-post");
    api.faults.push({ method: "POST", path: "/posts", status: 409, times: 1 });
    const box = page.getByLabel("Text of the post");
    await box.fill("This will not go through");
    await page.locator(".home-composer").getByRole("button", { name: "Post" }).click();
    await page.getByRole("status").filter({ hasText: "Not posted" }).waitFor();
    // The word and the list are told by two stores: a moment may lie between them.
    await expect.poll(() => page.locator(POST).first().getAttribute("data-post")).toBe(top);
    expect(await box.inputValue()).toBe("This will not go through");
    await page.reload();
    await expect
      .poll(() => page.getByLabel("Text of the post").inputValue())
      .toBe("This will not go through");
    await page.locator(".home-composer").getByRole("button", { name: "Post" }).click();
    await page.locator(POST).first().filter({ hasText: "This will not go through" }).waitFor();
  });

  it("uploads images with descriptions, and refuses what is not an image", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const files = page.getByLabel("Add images or videos");
    await files.setInputFiles({
      name: "notes.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("no"),
    });
    await page.getByRole("status").filter({ hasText: "is not a PNG" }).waitFor();
    await files.setInputFiles(
      [1, 2].map((n) => ({
        name: `${n}.png`,
        mimeType: "image/png",
        buffer: drawPng(80 * n, 60, n),
      })),
    );
    await page.getByLabel("Description of image 2").fill("A small sea");
    await page.locator(".home-composer").getByRole("button", { name: "Post" }).click();
    await page.locator(POST).first().locator(".media-2").waitFor();
    await expect.poll(() => api.world.posts[0]?.media.length).toBe(2);
    expect(api.world.posts[0]?.media.map((item) => item.alt)).toEqual(["", "A small sea"]);
  });

  it("quotes, reposts, and takes a repost back", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const original = api.world.posts.find(
      (post) => post.audience === "public" && post.authorId === api.world.userOf("milo", null)?.id,
    );
    const card = page.locator(`[data-post="${original?.id}"]`);
    await card.locator("[data-action=repost]").click();
    await page.getByRole("menuitem", { name: /Quote/ }).click();
    const dialog = page.getByRole("dialog", { name: "Quote" });
    await page.keyboard.type("Worth repeating");
    await dialog.getByRole("button", { name: "Post" }).click();
    await page
      .locator(POST)
      .first()
      .filter({ hasText: "Worth repeating" })
      .locator(".embed")
      .waitFor();
    await expect.poll(() => api.world.posts[0]?.quoteOf).toBe(original?.id);

    await card.locator("[data-action=repost]").click();
    await page.getByRole("menuitem", { name: /^Repost/ }).click();
    await card.getByRole("button", { name: "Repost or quote, 1 repost", exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await card.getByRole("button", { name: "Repost or quote, 0 reposts" }).waitFor();
    await expect
      .poll(() => api.world.posts.some((post) => post.repostOf === original?.id))
      .toBe(false);
  });

  it("deletes an own post only after asking, and changes its audience", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    const ada = api.world.userOf("ada", null) ?? expect.unreachable();
    const own = api.world.addPost({
      authorId: ada.id,
      text: "Mine",
      audience: "public",
      media: [],
    });
    await signIn(visit);
    const card = page.locator(`[data-post="${own.id}"]`);
    await card.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Change audience" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Only me/ })
      .click();
    await card.getByText("Only me").waitFor();
    await expect
      .poll(() => api.world.posts.find((post) => post.id === own.id)?.audience)
      .toBe("only_me");

    await card.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete post" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect(await card.count()).toBe(1);
    await card.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Delete post" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await card.waitFor({ state: "detached" });
    await expect.poll(() => api.world.posts.some((post) => post.id === own.id)).toBe(false);
  });

  it("does not move what is being read when a post is added above it", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await wheelUntil(page, async () => (await scrollY(page)) > 1_200);
    const before = await firstInSight(page);
    await page.keyboard.press("n");
    await page.keyboard.type("From further down");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const place = page.locator(`[data-post="${before.id}"]`);
    await expect.poll(() => place.getAttribute("aria-posinset").then(Number)).toBeGreaterThan(1);
    await expect
      .poll(async () => Math.abs((await firstInSight(page)).top - before.top))
      .toBeLessThan(3);
    expect((await firstInSight(page)).id).toBe(before.id);
  });
});

describe("reacting", () => {
  it("likes with one click, changes the kind, takes it back, and rolls back a refusal", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const card = page.locator(POST).first();
    const id = await card.getAttribute("data-post");
    const key = `${api.world.userOf("ada", null)?.id}>${id}`;
    const like = card.locator("[data-action=like]");
    await like.click();
    await card.getByRole("button", { name: "You reacted: Like. Take back, 1 reaction" }).waitFor();
    await expect.poll(() => api.world.reactions.get(key)).toBe("like");

    await like.focus();
    for (const press of ["ArrowUp", ...Array<string>(4).fill("ArrowRight"), "Enter"]) {
      await page.keyboard.press(press);
    }
    await expect.poll(() => api.world.reactions.get(key)).toBe("wow");
    await card.getByRole("button", { name: "You reacted: Wow. Take back, 1 reaction" }).click();
    await expect.poll(() => api.world.reactions.has(key)).toBe(false);

    api.faults.push({ method: "PUT", path: `/posts/${id}/reaction`, status: 409, times: 1 });
    await like.click();
    await page.getByRole("status").filter({ hasText: "refused" }).waitFor();
    await card.getByRole("button", { name: "Like, 0 reactions" }).waitFor();
    expect(visit.errors).toEqual([]);
  });
});

describe("commenting", () => {
  it("comments, replies one level deep, counts, and deletes its own", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.locator(POST).first().locator("[data-action=comment]").click();
    const box = page.getByLabel("Text of the comment");
    await expect
      .poll(() => page.evaluate<boolean>("document.activeElement.matches('[data-comment-box]')"))
      .toBe(true);
    await box.fill("A first thought");
    await box.press("Control+Enter");
    await page.getByRole("heading", { name: "4 comments" }).waitFor();

    await page
      .getByRole("article", { name: "Comment by Tomás Ferreira" })
      .getByRole("button", { name: "Reply" })
      .click();
    await box.fill("By the old mill");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator(".replies").filter({ hasText: "By the old mill" }).waitFor();
    await expect.poll(() => api.world.comments.at(-1)?.text).toBe("By the old mill");

    const own = page
      .getByRole("article", { name: "Comment by Ada Ravn" })
      .filter({ hasText: "A first thought" });
    await own.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await own.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "4 comments" }).waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("gives the text back when the comment was refused", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.locator(POST).first().locator("[data-action=comment]").click();
    await page.getByRole("heading", { name: "3 comments" }).waitFor();
    api.faults.push({ method: "POST", path: "/posts", status: 409, times: 1 });
    const box = page.getByLabel("Text of the comment");
    await box.fill("Unlucky");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("status").filter({ hasText: "Not sent" }).waitFor();
    expect(await box.inputValue()).toBe("Unlucky");
    await page.getByRole("heading", { name: "3 comments" }).waitFor();
  });
});
