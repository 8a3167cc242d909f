import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, type Visit, signIn } from "./browser.ts";
import { LEFT_BEHIND } from "./left-behind.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel("Text of the post").fill(text);
  await page.getByLabel("Text of the post").press("Control+Enter");
}

/** What another tab leaves when somebody signs in there. */
async function signedInElsewhere(tab: Page, { api }: Visit, handle: string): Promise<void> {
  const user = api.world.userOf(handle, null);
  const session = { token: `token-${handle}`, expiresAtMs: Date.now() + 3_600_000, user };
  const text = JSON.stringify(JSON.stringify(session));
  await tab.evaluate(`localStorage.setItem("edgewise.session", ${text})`);
}

describe("two people on one device", () => {
  it("each write goes out as its writer, and waits while another is signed in", async ({
    expect,
  }) => {
    const visit = await app.visit();
    const { page, api, url } = visit;
    await signIn(visit);
    const other = await page.context().newPage();
    await other.goto(`${url}/favicon.svg`);
    const by = (text: string) =>
      api.world.posts
        .filter((post) => post.text === text)
        .map((post) => api.world.users.find(({ id }) => id === post.authorId)?.handle);

    await page.context().setOffline(true);
    await write(page, "Of ada, on the ferry");
    await page.getByText("Waiting to send").waitFor();
    await signedInElsewhere(other, visit, "priya");
    await page.getByText("Waiting to send").waitFor({ state: "detached" });
    await page.context().setOffline(false);
    await page.locator(POST).first().waitFor();
    await write(page, "Of priya");
    await expect.poll(() => by("Of priya")).toEqual(["priya"]);
    expect(by("Of ada, on the ferry")).toEqual([]);

    await signedInElsewhere(other, visit, "ada");
    await expect.poll(() => by("Of ada, on the ferry")).toEqual(["ada"]);
    expect(visit.errors).toEqual([]);
  });

  it("signing out in one tab stops the other in the middle of sending", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api, url } = visit;
    await signIn(visit);
    const other = await page.context().newPage();
    await other.goto(`${url}/settings`);
    const held = Promise.withResolvers<void>();
    api.hold = held.promise;
    await write(page, "On its way");
    await expect
      .poll(() => page.evaluate<string[]>(LEFT_BEHIND))
      .toContainEqual(expect.stringMatching(/^edgewise-outbox-/));
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    for (const tab of [other, page])
      await tab.getByRole("heading", { name: "Step in as someone" }).waitFor();
    await expect.poll(() => page.evaluate<string[]>(LEFT_BEHIND)).toEqual([]);
    held.resolve();
    await page.waitForTimeout(300);
    expect(await page.evaluate<string[]>(LEFT_BEHIND)).toEqual([]);
    expect(visit.errors).toEqual([]);
  });
});
