import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, documentWidth, picture, type Visit } from "./browser.ts";
import { FakeOps, fakeToken, problem } from "./fake-ops.ts";
import { alertsOf, REGIONS } from "./fake-ops-state.ts";
import { findings } from "./findings.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

interface OpsVisit extends Visit {
  readonly ops: FakeOps;
}
async function visitOps(options: Parameters<App["visit"]>[0] = {}): Promise<OpsVisit> {
  const visit = await app.visit(options);
  const ops = new FakeOps();
  visit.api.operators = ops.answer;
  return { ...visit, ops };
}

async function signIn({ page, url }: OpsVisit, roles: readonly string[], path = "/ops") {
  await page.goto(url + path);
  await page.getByLabel("An operator's token").fill(fakeToken(roles));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

describe("signing in", () => {
  it("refuses what is no token, and a token of somebody who is no operator", async ({ expect }) => {
    const visit = await visitOps();
    const { page, url } = visit;
    await page.goto(`${url}/ops`);
    await page.getByLabel("An operator's token").fill("hello");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "not a token" }).waitFor();
    await signIn(visit, ["editor"]);
    await page.getByRole("alert").filter({ hasText: "not an operator's" }).waitFor();
    expect(visit.errors).toEqual([]);
  });

  it("lets an operator in, keeps the token in the tab alone, and out of addresses", async ({
    expect,
  }) => {
    const visit = await visitOps();
    const { page } = visit;
    await signIn(visit, ["operator"]);
    await page.getByRole("heading", { name: "us-east" }).waitFor();
    expect(await page.evaluate("localStorage.length")).toBe(0);
    expect(page.url()).not.toContain("signature");
    await page.reload();
    await page.getByRole("heading", { name: "us-east" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("An operator's token").waitFor();
    expect(visit.errors).toEqual([]);
  });
});

describe("actions", () => {
  it("pins with minutes, a reason, the revision that was seen, and a key", async ({ expect }) => {
    const visit = await visitOps();
    const { page, ops } = visit;
    await signIn(visit, ["operator"], "/ops/levels");
    await page.getByRole("button", { name: "Pin at 2 us-east" }).click();
    const dialog = page.getByRole("dialog");
    const yes = dialog.getByRole("button", { name: "Pin", exact: true });
    expect(await yes.isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill("cache nodes are replaced");
    await dialog.getByLabel("For how many minutes").fill("45");
    await yes.click();
    await page.locator(".toast").filter({ hasText: "pinned at level 2 for 45 min" }).waitFor();
    await page.getByText("cache nodes are replaced").first().waitFor();
    const sent = ops.calls.find(({ method }) => method === "POST");
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      level: 2,
      reason: "cache nodes are replaced",
      minutes: 45,
      revision: 1,
    });
    expect(sent?.headers["idempotency-key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(visit.errors).toEqual([]);
  });

  it("drains a region to a share of its viewers, shows it, and takes them back", async ({
    expect,
  }) => {
    const visit = await visitOps();
    const { page, ops } = visit;
    await signIn(visit, ["operator"], "/ops/levels");
    const confirm = async (reason: string, yes: string): Promise<void> => {
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Reason").fill(reason);
      await dialog.getByRole("button", { name: yes, exact: true }).click();
    };
    await page.getByRole("button", { name: "Drain to 50 % us-east" }).click();
    await confirm("new racks", "Drain");
    await page.locator(".toast").filter({ hasText: "us-east drains to 50 % for 30 min" }).waitFor();
    await page.getByText(/by olga, for .* more: new racks/).waitFor();
    await page.getByRole("button", { name: "Take its viewers back of us-east" }).click();
    await confirm("they are in", "Take back");
    await page.locator(".toast").filter({ hasText: "takes its viewers back" }).waitFor();
    await page.getByText("Drained to 50 %").waitFor({ state: "detached" });
    const sent = ops.calls.filter(({ method }) => method === "POST");
    expect(sent.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { keep: 0.5, reason: "new racks", minutes: 30, revision: 1 },
      { keep: 1, reason: "they are in", minutes: 1, revision: 2 },
    ]);
    expect(visit.errors).toEqual([]);
  });

  it("sends the same key for the same words, and a new one for others", async ({ expect }) => {
    const visit = await visitOps();
    const { page, ops } = visit;
    await signIn(visit, ["operator"], "/ops/levels");
    // Answers that say nothing of whether it was done.
    const away = problem(501, "internal", "Nobody knows.");
    for (let n = 0; n < 2; n++) ops.instead.push(({ method }) => (method === "POST" ? away : null));
    await page.getByRole("button", { name: "Pin at 2 us-east" }).click();
    const dialog = page.getByRole("dialog");
    const yes = dialog.getByRole("button", { name: "Pin", exact: true });
    const reason = dialog.getByLabel("Reason");
    await reason.fill("a drill");
    const sent = () => ops.calls.filter(({ method }) => method === "POST");
    const send = async (times: number) => {
      await yes.click();
      await expect.poll(() => sent().length).toBe(times);
    };
    await send(1);
    await reason.fill("a drill ");
    await expect.poll(() => yes.isEnabled()).toBe(true);
    await send(2);
    await reason.fill("another drill");
    await expect.poll(() => yes.isEnabled()).toBe(true);
    await send(3);
    const [first, second, third] = sent().map(({ headers }) => headers["idempotency-key"]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("after a conflict shows what changed, and asks again with the new revision and key", async ({
    expect,
  }) => {
    const visit = await visitOps();
    const { page, ops } = visit;
    await signIn(visit, ["operator"], "/ops/levels");
    await page.getByRole("button", { name: "Pin at 0 us-east" }).click();
    ops.setLevel("us-east", 1);
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("a drill");
    await dialog.getByRole("button", { name: "Pin", exact: true }).click();
    const note = dialog.getByRole("alert");
    await note.filter({ hasText: "nothing was done" }).waitFor();
    expect(await note.textContent()).toContain("Level: 0 Normal → 1 Ranking degraded");
    await dialog.getByRole("button", { name: "Pin all the same" }).click();
    await page.locator(".toast").filter({ hasText: "pinned at level 0" }).waitFor();
    const posts = ops.calls.filter(({ method }) => method === "POST");
    expect(posts.map(({ body }) => (JSON.parse(body) as { revision: number }).revision)).toEqual([
      1, 2,
    ]);
    expect(new Set(posts.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
  });

  it("are off, with the reason, for whoever may only look", async ({ expect }) => {
    const visit = await visitOps();
    const { page } = visit;
    await signIn(visit, ["observer"], "/ops/levels");
    const pin = page.getByRole("button", { name: "Pin at 2 us-east" });
    expect(await pin.isDisabled()).toBe(true);
    const why = await pin.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${why}"]`).textContent()).toContain("may only look");
  });
});

it("kills a rollout in two clicks, whatever its revision is by then", async ({ expect }) => {
  const visit = await visitOps();
  const { page, ops } = visit;
  await signIn(visit, ["operator"], "/ops/rollouts");
  await page.getByRole("button", { name: "Kill weights-7" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Kill", exact: true }).click();
  await page.locator(".toast").filter({ hasText: "weights-7 is killed" }).waitFor();
  await page.getByRole("row", { name: /weights-7 .*killed/ }).waitFor();
  const sent = ops.calls.find(({ method }) => method === "POST");
  expect(JSON.parse(sent?.body ?? "")).toEqual({
    action: "kill",
    revision: null,
    reason: "Kill switch",
  });
  expect(visit.errors).toEqual([]);
});

it("says what is wrong with a new rollout beside the field that it is about", async ({
  expect,
}) => {
  const visit = await visitOps();
  const { page, ops } = visit;
  await signIn(visit, ["operator"], "/ops/rollouts/new");
  const treatment = page.getByRole("textbox", { name: "Treatment" });
  const wrongOf = async (name: string) => {
    const field = page.getByRole("textbox", { name });
    const ids = (await field.getAttribute("aria-describedby")) ?? "";
    return page.locator(`[id="${ids.split(" ")[1]}"]`).textContent();
  };
  await page.getByRole("textbox", { name: "Name" }).fill("weights-8");
  await page.getByRole("textbox", { name: "Reason" }).fill("to see");
  await treatment.fill("{");
  await page.getByRole("button", { name: "Draft it" }).click();
  await page.getByRole("alert").waitFor();
  expect(await wrongOf("Treatment")).toBe("This is not JSON.");
  await treatment.fill("{}");
  ops.instead.push(({ method }) =>
    method === "POST" ? problem(400, "invalid_request", "Too few.", "plan.stages.0") : null,
  );
  await page.getByRole("button", { name: "Draft it" }).click();
  await page.getByRole("alert").filter({ hasText: "Too few." }).waitFor();
  expect(await wrongOf("Stages")).toBe("Too few.");
  expect(await wrongOf("Treatment")).toBe("");
});

it("merges the logs, newest first, and finds who did what", async ({ expect }) => {
  const visit = await visitOps();
  const { page, ops } = visit;
  ops.setLevel("eu-west", 1);
  await signIn(visit, ["observer"], "/ops/audit");
  const rows = page.locator("tbody tr");
  await rows.nth(1).waitFor();
  expect(await rows.allTextContents()).toEqual([
    expect.stringContaining("level 0 → 1"),
    expect.stringContaining("weights-7: advance"),
  ]);
  await page.getByLabel("Who").fill("guards");
  await rows.nth(1).waitFor({ state: "detached" });
  expect(await rows.allTextContents()).toEqual([expect.stringContaining("weights-7: advance")]);
});

it("shows what was recorded, with its age, while the data plane is down", async ({ expect }) => {
  const visit = await visitOps();
  const { page, ops } = visit;
  ops.away.set("levels", 180_000);
  await signIn(visit, ["operator"]);
  await page.locator(".stale").filter({ hasText: "As of 3 min ago" }).waitFor();
  await page.getByRole("heading", { name: "us-east" }).waitFor();
  // Nothing answers any more: what the page knows stays.
  visit.api.operators = () => ({ status: 503, body: { status: 503, code: "unavailable" } });
  await page.locator(".ops-live-bad").waitFor();
  expect(await page.getByRole("heading", { name: "us-east" }).count()).toBe(1);
});

const PAGES = [
  "/ops",
  "/ops/levels",
  "/ops/rollouts",
  "/ops/rollouts/weights-6",
  "/ops/rollouts/new",
  "/ops/alerts",
  "/ops/audit",
  "/ops/nowhere",
];
/** Every page in one look; in the other those that have every colour and part. */
const LOOKS = [
  ["light", 1280, PAGES],
  ["dark", 390, ["/ops", "/ops/rollouts/weights-6"]],
] as const;
describe.for(LOOKS)("%s, %i wide", ([colorScheme, width, searched]) => {
  it("can be used by everybody, without scrolling sideways", async ({ expect }) => {
    const viewport = { width, height: 844 };
    const visit = await visitOps({ colorScheme, viewport, reducedMotion: "reduce" });
    const { page, ops, url } = visit;
    ops.setLevel("us-east", 3);
    ops.sections.set("alerts", alertsOf(REGIONS, "us-east"));
    ops.away.set("rollouts", 90_000);
    const found: Record<string, string[]> = {};
    await page.goto(`${url}/ops`);
    const enter = page.getByRole("button", { name: "Sign in as operator (demo)" });
    await enter.waitFor();
    found["sign-in"] = await findings(page);
    await enter.click();
    // Who leaves before the token has come is not signed in.
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    for (const path of PAGES) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      if (path === "/ops") await page.locator(".plot canvas").nth(3).waitFor();
      if (searched.some((one) => one === path)) found[path] = await findings(page);
      await picture(visit, `${path.slice(1).replaceAll("/", "-")}-${colorScheme}-${width}`);
      expect(await documentWidth(page), path).toBeLessThanOrEqual(width);
    }
    await page.goto(`${url}/ops/levels`);
    await page.getByRole("button", { name: "Pin at 3 us-east" }).click();
    found["dialog"] = await findings(page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(Object.entries(found).filter(([, all]) => all.length > 0)).toEqual([]);
    expect(visit.errors).toEqual([]);
  });
});
