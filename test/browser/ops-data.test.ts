import { afterAll, afterEach, beforeAll, describe, it } from "vitest";

import { App, documentWidth, picture, type Visit } from "./browser.ts";
import type { OpsAnswer, OpsCall } from "./fake-api.ts";
import { FakeOps, fakeToken, problem } from "./fake-ops.ts";
import { alertsOf, REGIONS } from "./fake-ops-state.ts";
import { dataSections, drillsAt, fanoutAt, shardsAt } from "./fake-ops-data.ts";
import { findings } from "./findings.ts";

let app: App;
beforeAll(async () => {
  app = await App.start();
});
afterEach(() => app.leave());
afterAll(() => app.stop());

async function visitAs(
  role: string,
  path: string,
  options: Parameters<App["visit"]>[0] = {},
): Promise<Visit & { readonly ops: FakeOps }> {
  const visit = await app.visit({ reducedMotion: "reduce", ...options });
  const ops = new FakeOps();
  for (const [name, value] of dataSections(Date.now())) ops.sections.set(name, value);
  visit.api.operators = ops.answer;
  const { page, url } = visit;
  await page.goto(url + path);
  await page.getByLabel("An operator's token").fill(fakeToken([role]));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  return { ...visit, ops };
}

/** Answers the next POST. */
const answerPost = (ops: FakeOps, answer: OpsAnswer): void => {
  ops.instead.push(({ method }) => (method === "POST" ? answer : null));
};
const posted = (ops: FakeOps): { readonly route: string; readonly body: unknown }[] =>
  ops.calls
    .filter(({ method }) => method === "POST")
    .map(({ route, body }: OpsCall) => ({ route, body: JSON.parse(body) as unknown }));

describe("caches", () => {
  it("shows each layer against its target, of all regions or one, and what is away", async ({
    expect,
  }) => {
    const { page, errors } = await visitAs("observer", "/ops/caches");
    const feed = page.getByRole("article", { name: "L3 Feed cache" });
    await feed.getByText("off target").waitFor();
    await feed.getByRole("img", { name: "66 %, at least 70 %" }).waitFor();
    expect(await feed.textContent()).toContain("184 MB in 12,040 entries");
    await page.getByRole("article", { name: "L4 Followers" }).getByText("on target").waitFor();
    await page.getByText("Without follower:3:0 of apac (unavailable).").waitFor();
    expect(await feed.textContent()).toContain("15,840 of 24,000");
    await page.getByRole("combobox", { name: "Region" }).selectOption("us-west");
    await feed.getByText("4,752 of 7,200").waitFor();
    expect(errors).toEqual([]);
  });
});

describe("regions and shards", () => {
  it("shows who leads what, what does not answer, and how far flags have come", async ({
    expect,
  }) => {
    const { page, errors } = await visitAs("observer", "/ops/regions");
    await page.getByRole("img", { name: /us-east leads \d+.* of 16 shards; 1 do not/ }).waitFor();
    await page.getByText("revision 11 of 12").waitFor();
    await page.getByText("us-east coordinates for").waitFor();
    const away = page.getByRole("row").filter({ has: page.getByText("unavailable") });
    expect(await away.count()).toBe(1);
    expect(await page.getByRole("button", { name: "Move the shard" }).isDisabled()).toBe(true);
    expect(errors).toEqual([]);
  });

  it("moves a shard with a reason and the epoch that was seen, and after a conflict with the new one", async ({
    expect,
  }) => {
    const { page, ops, errors } = await visitAs("operator", "/ops/regions");
    await page.getByRole("combobox", { name: "Shard", exact: true }).selectOption("3");
    await page.getByRole("combobox", { name: "To", exact: true }).selectOption("apac");
    await page.getByRole("button", { name: "Move the shard" }).click();
    const list = shardsAt(Date.now());
    const shards = list.shards.map((row) => (row.shard === 3 ? { ...row, epoch: 4 } : row));
    ops.sections.set("shards", { ...list, shards });
    answerPost(ops, problem(409, "conflict", "Shard 3 has moved since."));
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("us-west is slow");
    await dialog.getByRole("button", { name: "Move it", exact: true }).click();
    await dialog.getByText("Epoch: 3 → 4").waitFor();
    answerPost(ops, { status: 200, body: { ...shards[3], leader: "apac", epoch: 5 } });
    await dialog.getByRole("button", { name: "Move it all the same" }).click();
    await page.locator(".toast").filter({ hasText: "led from apac, in epoch 5" }).waitFor();
    const wanted = { region: "apac", reason: "us-west is slow" };
    expect(posted(ops)).toEqual([
      { route: "/admin/shards/3/leader", body: { ...wanted, epoch: 3 } },
      { route: "/admin/shards/3/leader", body: { ...wanted, epoch: 4 } },
    ]);
    expect(errors).toEqual([]);
  });
});

it("shows how pages were made, models, the canary, breakers and rankers", async ({ expect }) => {
  const { page, errors } = await visitAs("observer", "/ops/ranking");
  await page.getByRole("img", { name: /^ranked: 90/ }).waitFor();
  const row = (table: string, text: string) =>
    page
      .getByRole("table", { name: table, exact: true })
      .getByRole("row")
      .filter({ hasText: text });
  const textOf = async (table: string, text: string): Promise<string> =>
    (await row(table, text).first().textContent()) ?? "";
  expect(await textOf("Guards of model-v8", "Engagement")).toContain("Not enough data");
  const worse = row("Guards of model-v8", "Error rate").locator(".tone-bad");
  expect(await worse.textContent()).toBe("Worse");
  expect(await textOf("Guards of model-v8", "Error rate")).toContain("4 %");
  expect(await textOf("Breakers of rankers", "ranker-1.east")).toContain("half open");
  const east = row("Breakers of rankers", "us-east").filter({ hasText: "ranker-1.east" });
  expect(await east.textContent()).toContain("open");
  await page.getByText("Without apac (no answer).").waitFor();
  expect(await textOf("Rankers", "ranker-1.east")).toMatch(/ejected for \d+ s, time 2/);
  expect(await textOf("Rankers", "ranker-2.west")).toContain("well");
  expect(await textOf("Versions that rankers answered with", "v8")).toContain("412");
  expect(errors).toEqual([]);
});

describe("queues", () => {
  it("shows depth, follows it while it is open, and sends a dead letter again", async ({
    expect,
  }) => {
    const { page, ops, errors } = await visitAs("operator", "/ops/queues");
    const depth = page.getByRole("figure", { name: "Depth since this page was opened" });
    await depth.getByText("waiting 124").waitFor();
    ops.sections.set("fanout", fanoutAt(300));
    await depth.getByText("waiting 304").waitFor();
    await page.getByText("Without shard 7 (unavailable).").first().waitFor();
    answerPost(ops, { status: 200, body: { replayed: 1 } });
    await page.getByRole("button", { name: "Send again chunk 17 of shard 4" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("buckets are well again");
    await dialog.getByRole("button", { name: "Send again", exact: true }).click();
    await page.locator(".toast").filter({ hasText: "Sent again: 1." }).waitFor();
    const body = { shard: 4, chunks: [17], reason: "buckets are well again" };
    expect(posted(ops)).toEqual([{ route: "/admin/fanout/replay", body }]);
    expect(errors).toEqual([]);
  });
});

describe("drills", () => {
  it("starts one on what was seen, counts down, and stops it", async ({ expect }) => {
    const { page, ops, errors } = await visitAs("operator", "/ops/drills");
    await page.getByText(/^3 min left$/).waitFor();
    await page.getByRole("combobox", { name: "What is at fault" }).selectOption("store");
    await page.getByRole("combobox", { name: "How", exact: true }).selectOption("errors");
    await page.getByRole("combobox", { name: "Which error" }).selectOption("timeout");
    await page.getByRole("combobox", { name: "Of which calls" }).selectOption("writes");
    await page.getByRole("combobox", { name: "Where" }).selectOption("apac");
    await page.getByLabel("Per cent of calls").fill("25");
    const list = drillsAt(Date.now());
    answerPost(ops, { status: 201, body: list });
    await page.getByRole("button", { name: "Start…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("is level 3 reached?");
    await dialog.getByRole("button", { name: "Start the drill" }).click();
    await page.locator(".toast").filter({ hasText: "goes on for 5 min" }).waitFor();
    answerPost(ops, { status: 200, body: { ...list, active: [] } });
    await page.getByRole("button", { name: "Stop latency" }).click();
    await dialog.getByRole("button", { name: "Stop", exact: true }).click();
    await page.locator(".toast").filter({ hasText: "Stopped. 0 going on." }).waitFor();
    const fault = {
      dependency: "store",
      kind: "errors",
      region: "apac",
      operations: "writes",
      failure: "timeout",
      share: 0.25,
    };
    expect(posted(ops)).toEqual([
      {
        route: "/admin/drills",
        body: { ...fault, reason: "is level 3 reached?", minutes: 5, revision: 9 },
      },
      { route: "/admin/drills/0b1c2d3e/stop", body: { reason: "It has been seen." } },
    ]);
    expect(errors).toEqual([]);
  });

  it("asks of each kind what it has, and starts no drill of calls that a dependency never gets", async ({
    expect,
  }) => {
    const { page, ops } = await visitAs("operator", "/ops/drills");
    await page.getByRole("combobox", { name: "What is at fault" }).selectOption("leader");
    await page.getByRole("combobox", { name: "Of which calls" }).selectOption("writes");
    await page.getByRole("combobox", { name: "What is at fault" }).selectOption("ranker");
    expect(await page.getByRole("combobox", { name: "Of which calls" }).count()).toBe(0);
    expect(await page.getByRole("combobox", { name: "Which error" }).count()).toBe(0);
    await page.getByLabel("And up to so many ms more").fill("75");
    answerPost(ops, { status: 201, body: drillsAt(Date.now()) });
    await page.getByRole("button", { name: "Start…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("is it slow?");
    await dialog.getByRole("button", { name: "Start the drill" }).click();
    await page.locator(".toast").waitFor();
    expect(posted(ops)[0]?.body).toMatchObject({
      dependency: "ranker",
      kind: "latency",
      operations: "all",
      ms: 200,
      jitterMs: 75,
    });
  });

  it("says so where the build has none", async ({ expect }) => {
    const { page, ops, errors } = await visitAs("operator", "/ops");
    ops.sections.delete("drills");
    await page.getByRole("link", { name: "Drills" }).click();
    await page.getByRole("heading", { name: "This build injects no faults" }).waitFor();
    expect(await page.getByRole("button", { name: "Start…" }).count()).toBe(0);
    expect(errors).toEqual([]);
  });
});

/** Where actions are, and how many at least: docs/security.md names them. */
const ACTIONS: readonly (readonly [path: string, actions: number])[] = [
  ["/ops/levels", 8],
  ["/ops/rollouts", 1],
  ["/ops/rollouts/model-v8", 3],
  ["/ops/regions", 1],
  ["/ops/queues", 2],
  ["/ops/alerts", 1],
  ["/ops/drills", 3],
];
it("lets observers do nothing, and says why at every action", async ({ expect }) => {
  const { page, ops, url, errors } = await visitAs("observer", "/ops");
  ops.sections.set("alerts", alertsOf(REGIONS, "us-east"));
  for (const [path, actions] of ACTIONS) {
    await page.goto(url + path);
    await page.locator(".act button").first().waitFor();
    const buttons = await page.locator(".act button").all();
    expect(buttons.length, path).toBeGreaterThanOrEqual(actions);
    for (const button of buttons) {
      expect(await button.isDisabled(), path).toBe(true);
      const why = await button.getAttribute("aria-describedby");
      expect(await page.locator(`[id="${why}"]`).textContent(), path).toContain("may only look");
    }
  }
  expect(ops.calls.filter(({ method }) => method !== "GET")).toEqual([]);
  expect(errors).toEqual([]);
});

const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  ([1280, 390] as const).map((width) => [colorScheme, width] as const),
);
it.for(LOOKS)(
  "is for everybody, without scrolling sideways: %s, %i wide",
  async (look, context) => {
    const [colorScheme, width] = look;
    const { expect } = context;
    const viewport = { width, height: 844 };
    const visit = await visitAs("operator", "/ops/caches", { colorScheme, viewport });
    const { page, url } = visit;
    const found: Record<string, string[]> = {};
    for (const name of ["caches", "regions", "ranking", "queues", "drills"]) {
      await page.goto(`${url}/ops/${name}`);
      await page.locator("main table:visible, main article:visible").first().waitFor();
      found[name] = await findings(page);
      await picture(visit, `${name}-${colorScheme}-${width}`);
      expect(await documentWidth(page), name).toBeLessThanOrEqual(width);
    }
    expect(Object.entries(found).filter(([, all]) => all.length > 0)).toEqual([]);
    expect(visit.errors).toEqual([]);
  },
);
