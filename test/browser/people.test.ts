import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, POST, signIn } from "./browser.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

describe("people", () => {
  it("follows and unfollows, at once and on the server", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    const edge = ["ada", "leo"].map((handle) => api.world.userOf(handle, null)?.id).join(">");
    await signIn(visit);
    await page
      .getByRole("complementary")
      .getByRole("link", { name: /Leo Marchetti/ })
      .click();
    await page.getByRole("button", { name: "Follow", exact: true }).click();
    await page.getByRole("button", { name: "Following", exact: true }).waitFor();
    await page.getByRole("link", { name: "1 Followers" }).waitFor();
    await expect.poll(() => api.world.follows.has(edge)).toBe(true);

    api.faults.push({ method: "DELETE", path: "/users", status: 409, times: 1 });
    await page.getByRole("button", { name: "Following", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "refused" }).waitFor();
    await page.getByRole("button", { name: "Following", exact: true }).click();
    await page.getByRole("link", { name: "0 Followers" }).waitFor();
    await expect.poll(() => api.world.follows.has(edge)).toBe(false);
    expect(visit.errors).toEqual([]);
  });

  it("blocks after asking: the posts go, and settings can undo it", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const juna = api.world.userOf("juna", null) ?? expect.unreachable();
    const hers = page.locator(POST).filter({ has: page.locator(".author", { hasText: "@juna" }) });
    await hers.first().scrollIntoViewIfNeeded();
    await hers.first().getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Block @juna" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
    await expect.poll(() => hers.count()).toBe(0);
    await expect
      .poll(() => [...api.world.blocks])
      .toEqual([`${api.world.userOf("ada", null)?.id}>${juna.id}`]);

    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Unblock Juna Lindqvist" }).click();
    await page.getByText("You have blocked nobody.").waitFor();
    await expect.poll(() => api.world.blocks.size).toBe(0);
    expect(visit.errors).toEqual([]);
  });

  it("mutes from a profile and undoes it from the toast", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.goto(`${visit.url}/u/milo`);
    await page.locator(POST).first().waitFor();
    await page.getByRole("button", { name: "More about this person" }).click();
    await page.getByRole("menuitem", { name: "Mute @milo" }).click();
    await page.getByText("Muted", { exact: true }).waitFor();
    expect(
      await page.locator(POST).count(),
      "a profile shows its posts all the same",
    ).toBeGreaterThan(3);
    await expect.poll(() => api.world.mutes.size).toBe(1);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Muted", { exact: true }).waitFor({ state: "detached" });
    await expect.poll(() => api.world.mutes.size).toBe(0);
  });

  it("accepts a friend request, and asks someone", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    const [ada, leo] = ["ada", "leo"].map(
      (handle) => api.world.userOf(handle, null) ?? expect.unreachable(),
    );
    await signIn(visit);
    await page.getByRole("link", { name: /Requests/ }).click();
    await page.getByRole("button", { name: "Accept Leo Marchetti" }).click();
    await expect.poll(() => api.world.areFriends(ada?.id ?? "", leo?.id ?? "")).toBe(true);
    await page.goto(`${visit.url}/u/noor`);
    await page.getByRole("button", { name: "Add friend" }).click();
    await page.getByRole("button", { name: "Requested" }).waitFor();
    await page.goto(`${visit.url}/u/leo/friends`);
    await page.locator("main .person-row", { hasText: "Ada Ravn" }).waitFor();
  });

  it("edits the own profile", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    await page.getByRole("link", { name: "Profile" }).click();
    await page.getByRole("button", { name: "Edit profile" }).click();
    await page.getByLabel("Name").fill("Ada R.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Ada R.", level: 1 }).waitFor();
    await page.getByRole("link", { name: "Signed in as Ada R." }).waitFor();
    expect(api.world.userOf("ada", null)?.name).toBe("Ada R.");
  });

  it("signs out and leaves nothing for the next person", async ({ expect }) => {
    const visit = await app.visit();
    const { page } = visit;
    await signIn(visit);
    await page.getByLabel("Text of the post").fill("A secret draft");
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Step in as someone" }).waitFor();
    const kept = await page.evaluate<string>(
      "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])",
    );
    expect(kept).not.toContain("token");
    expect(kept).not.toContain("secret draft");
    expect(kept).not.toContain("createdAtMs");
    expect(visit.errors).toEqual([]);
  });

  it("comes back to the way in when the token is no longer good", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    api.faults.push({ method: "GET", path: "/users", status: 401, times: 99 });
    await page.getByRole("link", { name: "Profile" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await page.getByRole("status").innerText()).toContain("signed out");
  });

  it("shows the next person nothing of whose token went bad", async ({ expect }) => {
    const visit = await app.visit();
    const { page, api } = visit;
    await signIn(visit);
    const audience = page.getByRole("button", { name: "Who can see this: Everyone" });
    await audience.click();
    await page.getByRole("menuitemradio", { name: "Only me" }).click();
    await page.getByLabel("Text of the post").fill("For my eyes alone");
    await page.getByLabel("Text of the post").press("Control+Enter");
    await page.locator(POST, { hasText: "For my eyes alone" }).waitFor();
    await page.getByLabel("Text of the post").fill("A secret draft");
    api.faults.push({ method: "GET", path: "/users", status: 401, times: 1 });
    await page.getByRole("link", { name: "Profile" }).click();
    await page.locator("button.face-button").nth(1).click();
    await page.getByRole("link", { name: "Home", exact: true }).click();
    await page.locator(POST).first().waitFor();
    expect(await page.getByText("For my eyes alone").count()).toBe(0);
    expect(await page.getByLabel("Text of the post").inputValue()).toBe("");
  });

  it("follows when another tab signs out", async ({ expect }) => {
    const visit = await app.visit();
    await signIn(visit);
    const other = await visit.page.context().newPage();
    await other.goto(`${visit.url}/settings`);
    await other.getByRole("button", { name: "Sign out" }).click();
    await visit.page.getByRole("heading", { name: "Step in as someone" }).waitFor();
    expect(await visit.page.locator(POST).count()).toBe(0);
  });
});
