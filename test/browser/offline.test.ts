import type { CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, type Visit, signIn, until } from "./browser.ts";
import { LEFT_BEHIND } from "./left-behind.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

/** The service worker has the app's files, and answers for this page. */
const looksAfter = (page: Page): Promise<void> =>
  until(page, "navigator.serviceWorker.controller?.state === 'activated'");

async function start(): Promise<Visit> {
  const visit = await app.visit();
  await signIn(visit);
  await looksAfter(visit.page);
  return visit;
}

const strip = (page: Page) => page.locator(".status-strip");

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text of the post").fill(text);
  await page.getByLabel("Text of the post").press("Control+Enter");
}

describe("without a connection", () => {
  it("opens, shows what was read, and says how old it is", async ({ expect }) => {
    const visit = await start();
    const { page } = visit;
    const first = await page.locator(POST).first().getAttribute("data-post");
    await page.locator(`[data-post="${first}"] time`).first().click();
    await page.getByRole("heading", { name: "3 comments" }).waitFor();
    await page.context().setOffline(true);
    await strip(page)
      .filter({ hasText: "You are offline. This page is as of just now." })
      .waitFor();

    await page.reload();
    await page.getByRole("heading", { name: "3 comments" }).waitFor();
    await page.goto(visit.url);
    expect(await page.locator(POST).first().getAttribute("data-post")).toBe(first);
    expect(await page.locator(POST).count()).toBeGreaterThan(5);
    await page.goto(`${visit.url}/u/priya`);
    await page.getByRole("heading", { name: "This did not load" }).waitFor();
    expect(await strip(page).innerText()).toContain("You are offline");
    expect(visit.errors).toEqual([]);
  });

  it("keeps a post and a reaction through a reload, and sends each once when it is back", async ({
    expect,
  }) => {
    const visit = await start();
    const { page, api } = visit;
    const ada = api.world.userOf("ada", null)?.id ?? expect.unreachable();
    const liked = page.locator(POST).nth(1);
    const likedId = await liked.getAttribute("data-post");
    await page.context().setOffline(true);
    await write(page, "Written on the ferry");
    await liked.locator("[data-action=like]").waitFor();
    await page.locator(`[data-post="${likedId}"] [data-action=like]`).click();
    const waiting = page.locator(POST).filter({ hasText: "Written on the ferry" });
    await waiting.filter({ hasText: "Waiting to send" }).waitFor();
    await strip(page).filter({ hasText: "2 changes waiting" }).waitFor();
    // What a reaction did to the page is written down within a moment.
    await page.waitForTimeout(400);

    await page.reload();
    await waiting.filter({ hasText: "Waiting to send" }).waitFor();
    const like = page.locator(`[data-post="${likedId}"]`);
    await like.getByRole("button", { name: /^You reacted: Like/ }).waitFor();
    expect(api.world.posts.some((post) => post.text === "Written on the ferry")).toBe(false);

    await page.context().setOffline(false);
    await expect
      .poll(() => api.world.posts.filter((post) => post.text === "Written on the ferry").length)
      .toBe(1);
    await expect.poll(() => api.world.reactions.get(`${ada}>${likedId}`)).toBe("like");
    await waiting.filter({ hasNotText: "Waiting to send" }).waitFor();
    await expect.poll(() => strip(page).allInnerTexts(), { timeout: 4_000 }).toEqual([]);
    expect(await waiting.count()).toBe(1);
    await page.reload();
    await waiting.waitFor();
    expect(await waiting.count()).toBe(1);
    expect(visit.errors).toEqual([]);
  });

  it("takes back what waits, and gives the words back to edit", async ({ expect }) => {
    const visit = await start();
    const { page, api } = visit;
    await page.context().setOffline(true);
    await write(page, "On second thoughts");
    const waiting = page.locator(POST).filter({ hasText: "On second thoughts" });
    await waiting.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog", { name: "New post" });
    expect(await dialog.getByLabel("Text of the post").inputValue()).toBe("On second thoughts");
    await page.keyboard.type(" indeed");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "1 change waiting" }).click();
    const list = page.getByRole("dialog", { name: "Waiting to be sent" });
    await list.getByText("Post: On second thoughts indeed").waitFor();
    await list.getByRole("button", { name: "Take back" }).click();
    await list.getByText("Everything has been sent.").waitFor();
    await page.keyboard.press("Escape");
    await waiting.waitFor({ state: "detached" });
    await page.context().setOffline(false);
    await page.waitForTimeout(300);
    expect(api.world.posts.some((post) => post.text.startsWith("On second"))).toBe(false);
  });

  it("takes a queued reaction off the screen when the server refuses it later", async ({
    expect,
  }) => {
    const visit = await start();
    const { page, api } = visit;
    const card = page.locator(POST).nth(2);
    const before = await card.locator("[data-action=like]").getAttribute("aria-label");
    await page.context().setOffline(true);
    await card.locator("[data-action=like]").click();
    await card.getByRole("button", { name: /^You reacted/ }).waitFor();
    api.faults.push({ method: "PUT", path: "/posts", status: 409, times: 1 });
    await page.context().setOffline(false);
    await page.getByRole("status").filter({ hasText: "refused" }).waitFor();
    await expect
      .poll(() => card.locator("[data-action=like]").getAttribute("aria-label"))
      .toBe(before);
    expect(visit.errors).toEqual([]);
  });
});

/** The browser's own word to the worker that there is a connection again. */
async function dispatchSync(cdp: CDPSession, origin: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string>();
  cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    const found = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
    if (found !== undefined) resolve(found.registrationId);
  });
  await cdp.send("ServiceWorker.enable");
  const registrationId = await promise;
  await cdp.send("ServiceWorker.dispatchSyncEvent", {
    origin,
    registrationId,
    tag: "edgewise-outbox",
    lastChance: false,
  });
}

describe("the service worker", () => {
  it("sends what waits after the last page is closed", async ({ expect }) => {
    const visit = await start();
    const { page, api, url } = visit;
    await page.context().setOffline(true);
    await write(page, "Sent from the pocket");
    await page.getByText("Waiting to send").waitFor();
    // A page of the same browser that is not the app.
    const other = await page.context().newPage();
    await page.close();
    await page.context().setOffline(false);
    await dispatchSync(await other.context().newCDPSession(other), `${url}/`);
    await expect
      .poll(() => api.world.posts.filter((post) => post.text === "Sent from the pocket").length)
      .toBe(1);
  });

  it("offers a new version, and shows it when its reader agrees", async ({ expect }) => {
    const visit = await start();
    const { page, api, url } = visit;
    const old = await (await fetch(`${url}/sw.js`)).text();
    const html = await (await fetch(url)).text();
    api.newer.set("/index.html", html.replace("<title>Edgewise", "<title>Edgewise 2"));
    api.newer.set("/sw.js", old.replace(/(url:`\/`,revision:`|"url":"\/","revision":")/, "$1new-"));
    expect(api.newer.get("/sw.js")).not.toBe(old);
    await page.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.update())");
    const toast = page.getByRole("status").filter({ hasText: "A new version of Edgewise" });
    await toast.waitFor();
    await page.evaluate("window.before = true");
    await toast.getByRole("button", { name: "Reload" }).click();
    await until(page, "window.before === undefined");
    await page.locator(POST).first().waitFor();
    expect(await (await page.request.get(url)).text()).toContain("Edgewise 2");
    expect(await page.evaluate<string>("fetch('/').then((it) => it.text())")).toContain(
      "Edgewise 2",
    );
  });

  it("leaves nothing of who signed out on the device", async ({ expect }) => {
    const visit = await start();
    const { page } = visit;
    await page.locator(".media-item img").first().scrollIntoViewIfNeeded();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Step in as someone" }).waitFor();
    await expect.poll(() => page.evaluate<string[]>(LEFT_BEHIND)).toEqual([]);
  });
});
