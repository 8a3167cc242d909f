import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, it } from "vitest";

import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { App, type Opened, POST } from "./browser.ts";
import { drawPng } from "./fake-pictures.ts";

let app: App;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ port: 0, dataFolder: null });
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(async () => {
  await app.stop();
  await cluster.stop();
});

async function join(handle: string, name: string): Promise<Opened> {
  const opened = await app.open(cluster.url);
  const { page } = opened;
  await page.goto(cluster.url);
  await page.getByRole("button", { name: "New here? Create an account" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("Text of the post").waitFor();
  return opened;
}

it("serves two people end to end: images, following, reactions, comments and a block", async ({
  expect,
}) => {
  const ines = await join("ines_test", "Ines Test");
  await ines.page.getByLabel("Add images or videos").setInputFiles({
    name: "sea.png",
    mimeType: "image/png",
    buffer: drawPng(320, 200, 2),
  });
  await ines.page.getByLabel("Description of image 1").fill("A drawn sea");
  await ines.page.getByLabel("Text of the post").fill("First light, says @jon_test");
  await ines.page.getByLabel("Text of the post").press("Control+Enter");
  await ines.page
    .locator(POST)
    .filter({ hasNotText: "Posting…" })
    .getByAltText("A drawn sea")
    .waitFor();
  await ines.page.reload();
  await ines.page.locator(POST).filter({ hasText: "First light" }).waitFor();

  const jon = await join("jon_test", "Jon Test");
  await jon.page.goto(`${cluster.url}/u/ines_test`);
  await jon.page.getByRole("button", { name: "Follow", exact: true }).click();
  await jon.page.getByRole("link", { name: "1 Followers" }).waitFor();
  await jon.page.getByRole("link", { name: "Home", exact: true }).click();
  const card = jon.page.locator(POST).filter({ hasText: "First light" });
  await card.locator("[data-action=like]").click();
  await card.locator("[data-action=comment]").click();
  await jon.page.getByLabel("Text of the comment").fill("Good morning");
  await jon.page.getByRole("button", { name: "Send" }).click();
  await jon.page
    .locator(".comment:not(.post-pending)")
    .filter({ hasText: "Good morning" })
    .waitFor();
  await jon.page.reload();
  await jon.page.getByRole("heading", { name: "1 comment", exact: true }).waitFor();
  await jon.page
    .getByRole("button", { name: "You reacted: Like. Take back, 1 reaction" })
    .waitFor();

  await ines.page.goto(`${cluster.url}/u/jon_test`);
  await ines.page.getByRole("button", { name: "More about this person" }).click();
  await ines.page.getByRole("menuitem", { name: "Block @jon_test" }).click();
  await ines.page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await ines.page.getByRole("button", { name: "Unblock", exact: true }).waitFor();

  await jon.page.goto(`${cluster.url}/u/ines_test`);
  await jon.page.getByRole("heading", { name: "Nobody here" }).waitFor();
  expect(ines.errors).toEqual([]);
  expect(jon.errors).toEqual([]);
});

it("tells an open page at once: a post to ask for, a notification, and one that goes", async ({
  expect,
}) => {
  const mia = await join("mia_test", "Mia Test");
  const kai = await join("kai_test", "Kai Test");
  await kai.page.goto(`${cluster.url}/u/mia_test`);
  await kai.page.getByRole("button", { name: "Follow", exact: true }).click();
  await kai.page.getByRole("link", { name: "1 Followers" }).waitFor();
  await kai.page.getByRole("link", { name: "Home", exact: true }).click();
  await mia.page.getByRole("link", { name: "1 unread Notifications" }).waitFor({ timeout: 20_000 });
  await mia.page.getByRole("link", { name: /Notifications/ }).click();
  await mia.page.getByText("Kai Test followed you").waitFor();

  await mia.page.getByRole("link", { name: "Home", exact: true }).click();
  await mia.page.getByLabel("Text of the post").fill("Low tide at six");
  await mia.page.getByLabel("Text of the post").press("Control+Enter");
  const own = mia.page.locator(POST).filter({ hasText: "Low tide at six" });
  await own.filter({ hasNotText: "Posting…" }).waitFor();
  const pill = kai.page.getByRole("button", { name: "1 new post" });
  await pill.waitFor({ timeout: 20_000 });
  await pill.click();
  const card = kai.page.locator(POST).filter({ hasText: "Low tide at six" });
  await card.waitFor();
  await card.getByRole("button", { name: "More", exact: true }).click();
  await kai.page.getByRole("menuitem", { name: "Why is this here?" }).click();
  await kai.page.getByRole("dialog").getByText("You follow its author.").waitFor();
  await kai.page.keyboard.press("Escape");

  await own.getByRole("button", { name: "More", exact: true }).click();
  await mia.page.getByRole("menuitem", { name: "Delete post" }).click();
  await mia.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await card.waitFor({ state: "detached", timeout: 20_000 });
  expect(mia.errors).toEqual([]);
  expect(kai.errors).toEqual([]);
});

/** All that the device has kept, as text. */
const KEPT = `(async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  const all = names.filter((name) => name.startsWith("edgewise-pages")).map(async (name) => {
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener("success", resolve));
    const rows = opening.result.transaction("kept").objectStore("kept").getAll();
    await new Promise((resolve) => rows.addEventListener("success", resolve));
    opening.result.close();
    return JSON.stringify(rows.result);
  });
  return (await Promise.all(all)).join();
})()`;
const keeps = async (page: Page, text: string): Promise<boolean> =>
  (await page.evaluate<string>(KEPT)).includes(text);

it("takes whoever blocks out of a feed that is kept and not open", async ({ expect }) => {
  const ola = await join("ola_test", "Ola Test");
  await ola.page.getByLabel("Text of the post").fill("Fog on the lake");
  await ola.page.getByLabel("Text of the post").press("Control+Enter");
  const pat = await join("pat_test", "Pat Test");
  await pat.page.goto(`${cluster.url}/u/ola_test`);
  await pat.page.getByRole("button", { name: "Follow", exact: true }).click();
  await pat.page.getByRole("link", { name: "1 Followers" }).waitFor();
  await pat.page.getByRole("link", { name: "Home", exact: true }).click();
  await pat.page.locator(POST).filter({ hasText: "Fog on the lake" }).waitFor();

  // Another tab has its own memory, and none of this feed.
  const tab = await pat.page.context().newPage();
  const connected = tab.waitForEvent("websocket");
  await tab.goto(`${cluster.url}/settings`);
  await pat.page.close();
  const socket = await connected;
  await socket.waitForEvent("framereceived");
  expect(await keeps(tab, "Fog on the lake")).toBe(true);

  await ola.page.goto(`${cluster.url}/u/pat_test`);
  await ola.page.getByRole("button", { name: "More about this person" }).click();
  await ola.page.getByRole("menuitem", { name: "Block @pat_test" }).click();
  await ola.page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await expect
    .poll(() => keeps(tab, "Fog on the lake"), { timeout: 20_000, interval: 200 })
    .toBe(false);
});
