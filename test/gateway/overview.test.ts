import { describe, it } from "vitest";

import { ok } from "../../core/result.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Overview, Section } from "../../core/ops/overview.ts";
import { OpsSections } from "../../workers/gateway/ops/overview.ts";
import type { SectionSource } from "../../workers/gateway/ops/sections.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { MemoryOpsRecord } from "../fakes/memory-ops-record.ts";
import { START_MS, startGateway } from "./harness.ts";

const deps = {} as never;
const ctx = {} as never;

/** Sections over sources that can be away, slow, or break. */
function start(sources: readonly SectionSource[], store = new MemoryOpsRecord()) {
  const clock = new ManualClock(START_MS);
  const reports: string[] = [];
  const report = (event: string): void => void reports.push(event);
  const sections = new OpsSections({ store, clock, report, sources });
  const collect = async (names?: string[]): Promise<Section[]> => {
    const overview = await sections.collect(deps, ctx, names);
    await sections.record(overview);
    return overview.sections;
  };
  return { collect, clock, store, reports };
}

/** Answers `value`, as often as one sets it; null: rejects. */
function source(name: string, first: unknown) {
  const state = { value: first };
  const read: SectionSource["read"] = async () => {
    if (state.value === null) throw new Error("away");
    return ok(state.value);
  };
  return { state, source: { name, dependency: "feed", read } satisfies SectionSource };
}

describe("sections", () => {
  it("are live where they answer, and say when they were read", async ({ expect }) => {
    const { collect } = start([source("a", { n: 1 }).source]);
    expect(await collect()).toEqual([
      { name: "a", atMs: START_MS, live: true, value: { n: 1 }, error: null },
    ]);
  });

  it("come as they were recorded, with age and reason, while their source is away", async ({
    expect,
  }) => {
    const { state, source: one } = source("a", { n: 1 });
    const store = new MemoryOpsRecord();
    await start([one], store).collect();
    state.value = null;
    // Another isolate, which never saw it: only the record can know.
    const later = start([one], store);
    later.clock.advance(90_000);
    const [section] = await later.collect();
    expect(section).toMatchObject({ live: false, atMs: START_MS, value: { n: 1 } });
    expect(section?.error).toMatchObject({ code: "unavailable" });
    expect(later.reports).toContain("ops_section_failed");
  });

  it("do not wait for one that does not answer, nor hide the others", async ({ expect }) => {
    const hangs: SectionSource = {
      name: "hangs",
      dependency: "rollouts",
      read: () => new Promise(() => {}),
    };
    const { collect } = start([hangs, source("b", 2).source]);
    const beganMs = performance.now();
    const [first, second] = await collect();
    expect(performance.now() - beganMs).toBeLessThan(LIMITS.opsSectionMs + 500);
    expect(first).toMatchObject({ name: "hangs", live: false, value: null, atMs: null });
    expect(second).toMatchObject({ name: "b", live: true, value: 2 });
  });

  it("are what this isolate saw last when the record is away as well", async ({ expect }) => {
    const { state, source: one } = source("a", { n: 1 });
    const { collect, store, clock } = start([one]);
    await collect();
    state.value = null;
    store.isAway = true;
    clock.advance(60_000);
    expect(await collect()).toMatchObject([{ live: false, value: { n: 1 }, atMs: START_MS }]);
  });

  it("are recorded at most as often as the bound says", async ({ expect }) => {
    const { state, source: one } = source("a", 1);
    const { collect, store, clock } = start([one]);
    await collect();
    state.value = 2;
    clock.advance(LIMITS.opsRecordEveryMs - 1);
    await collect();
    expect(store.sections.get("a")?.value).toBe(1);
    clock.advance(1);
    await collect();
    expect(store.sections.get("a")?.value).toBe(2);
  });

  it("that nobody knows are not found, and break nothing", async ({ expect }) => {
    const { collect } = start([source("a", 1).source]);
    expect(await collect(["a", "later"])).toMatchObject([
      { name: "a", live: true },
      { name: "later", live: false, error: { code: "not_found" } },
    ]);
  });

  it("too large to record are shown and not recorded", async ({ expect }) => {
    const { collect, store, reports } = start([
      source("a", "x".repeat(LIMITS.opsRecordCharsMax)).source,
    ]);
    expect(await collect()).toMatchObject([{ live: true }]);
    expect(store.sections.size).toBe(0);
    expect(reports).toEqual(["ops_record_failed"]);
  });
});

describe("GET /v1/admin/overview", () => {
  it("shows levels and rollouts, and what was recorded once both are away", async ({ expect }) => {
    const gateway = startGateway();
    const headers = { authorization: `Bearer ${await gateway.token({ roles: ["observer"] })}` };
    const ask = async (): Promise<Overview> =>
      (await gateway.request("/v1/admin/overview?sections=levels,rollouts", { headers })).json();
    gateway.controllers.of("us-east");
    const before = await ask();
    expect(before.sections.map(({ name, live }) => [name, live])).toEqual([
      ["levels", true],
      ["rollouts", true],
    ]);
    await gateway.settle();
    expect([...gateway.opsRecord.sections.keys()].toSorted()).toEqual(["levels", "rollouts"]);
    gateway.feed.thrown = new Error("the feed Worker is away");
    gateway.clock.advance(LIMITS.opsRecordKeptMs);
    const [levels, rollouts] = (await ask()).sections;
    expect(levels).toMatchObject({ live: true });
    expect(rollouts).toMatchObject({ live: false, value: before.sections[1]?.value });
  });
});

describe("signing in as an operator without an issuer", () => {
  const ask = async (vars: Parameters<typeof startGateway>[0], role = "operator") => {
    const gateway = startGateway(vars);
    const response = await gateway.request("/v1/demo/operator", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role }),
    });
    return { gateway, response };
  };
  const SECRETS = { AUTH_SECRET: "s".repeat(32), SIGNING_SECRET: "t".repeat(32) };

  it("works in development, with the role that was asked for", async ({ expect }) => {
    const { gateway, response } = await ask({}, "observer");
    const { token } = (await response.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await gateway.request("/v1/admin/levels", { headers })).status).toBe(200);
    const pin = await gateway.request("/v1/admin/levels/apac/pin", {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ level: 1, reason: "x", minutes: 1, revision: 1 }),
    });
    expect(pin.status).toBe(403);
  });

  it.for([
    { ENVIRONMENT: "staging", DEMO_SIGN_IN: "on", ...SECRETS },
    { ENVIRONMENT: "production", DEMO_SIGN_IN: "off", ...SECRETS },
    { ENVIRONMENT: "development", DEMO_SIGN_IN: "off" },
  ])("is not there with $ENVIRONMENT, demo sign-in $DEMO_SIGN_IN", async (vars, { expect }) => {
    const { gateway, response } = await ask(vars);
    expect(response.status).toBe(404);
    expect((await gateway.request("/v1/demo/operator")).status).toBe(404);
  });
});

it("serves the dashboard's page at each of its addresses, and files as files", async ({
  expect,
}) => {
  const gateway = startGateway();
  const page = await gateway.request("/ops/rollouts/weights-7");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
  await gateway.request("/ops");
  await gateway.request("/u/ops/x");
  expect(gateway.assetsAsked).toEqual(["/ops", "/ops", "/u/ops/x"]);
});
