import { URL } from "node:url";

import { afterEach, beforeEach, describe, it } from "vitest";

import { inCanary } from "../../gpu-ranker/src/model/canary.ts";
import { startScorer } from "../../gpu-ranker/src/model/scorer.ts";
import { ADMIN_TOKEN, RunningRanker, scoresOf } from "./running-ranker.ts";
import { rowsFrom, setCurrent, tinyScores, writeArtifact } from "./tiny-model.ts";

let ranker: RunningRanker;

beforeEach(async () => {
  ranker = new RunningRanker();
  writeArtifact(ranker.models, "v1", { seed: 1 });
  writeArtifact(ranker.models, "v2", { seed: 2 });
  setCurrent(ranker.models, "v1");
});
afterEach(() => ranker.remove());

const rows = rowsFrom(1, 20);
const versionFor = async (viewer: string): Promise<string> =>
  (await scoresOf(await ranker.infer(rows, { "edgewise-viewer": viewer }), rows)).model;

describe("the admin API", () => {
  it("asks for the token, and is not there without one", async ({ expect }) => {
    await ranker.start();
    expect((await ranker.post("/admin/rollback", {}, "another token")).status).toBe(401);
    expect((await fetch(`${ranker.url}/admin/models`)).status).toBe(401);
    await ranker.drain();
    await ranker.start({ RANKER_ADMIN_TOKEN: undefined });
    expect((await ranker.post("/admin/rollback", {})).status).toBe(404);
  });

  it("promotes, and goes back", async ({ expect }) => {
    await ranker.start();
    expect(await versionFor("1")).toBe("v1");
    expect((await ranker.post("/admin/rollback", {})).status).toBe(409);
    const promoted = await ranker.post("/admin/promote", { version: "v2" });
    expect(await promoted.json()).toMatchObject({ roles: { serving: "v2", previous: "v1" } });
    expect(await versionFor("1")).toBe("v2");
    await ranker.post("/admin/rollback", {});
    expect(await versionFor("1")).toBe("v1");
  });

  it("names what is wrong with a wish", async ({ expect }) => {
    await ranker.start();
    const asked = async (action: string, body: unknown) => {
      const response = await ranker.post(`/admin/${action}`, body);
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await asked("promote", { version: "../v1" })).toMatchObject({
      status: 400,
      field: "version",
    });
    expect(await asked("promote", "{")).toMatchObject({ status: 400, field: "body" });
    expect(await asked("canary", { version: "v2", percent: 101 })).toMatchObject({
      status: 400,
      field: "percent",
    });
    expect(await asked("canary", { version: "v1", percent: 1 })).toMatchObject({ status: 409 });
    for (const action of ["explode", "constructor", "toString", "__proto__"])
      expect(await asked(action, {})).toMatchObject({ status: 404 });
    expect(await asked("promote", { version: "v9" })).toMatchObject({
      status: 422,
      code: "not_found",
    });
    const get = await fetch(`${ranker.url}/admin/rollback`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(get.status).toBe(405);
  });

  it.for<[code: string, change: object]>([
    ["golden_mismatch", { goldenOff: 0.01 }],
    ["wrong_checksum", { damaged: ["model.onnx"] }],
    ["schema_mismatch", { schema: "0123456789abcdef" }],
  ])("refuses to switch on %s, and goes on serving", async ([code, change], { expect }) => {
    writeArtifact(ranker.models, "bad", { seed: 3 }, change);
    await ranker.start();
    const refused = await ranker.post("/admin/promote", { version: "bad" });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ code });
    expect(await versionFor("1")).toBe("v1");
    expect(await ranker.metric(`ranker_loads_total{result="${code}"}`)).toBe(1);
  });
});

describe("a swap under load", () => {
  it("fails no request, and every answer is of one version", async ({ expect }) => {
    await ranker.start();
    const expected = { v1: tinyScores({ seed: 1 }, rows), v2: tinyScores({ seed: 2 }, rows) };
    const served = { v1: 0, v2: 0 };
    const over = new AbortController();
    const client = async () => {
      while (!over.signal.aborted) {
        const { model, probabilities } = await scoresOf(await ranker.infer(rows), rows);
        const known = model === "v1" ? "v1" : "v2";
        served[known]++;
        const far = probabilities.some((p, at) => Math.abs(p - (expected[known][at] ?? 0)) > 1e-5);
        if (far) throw new Error(`${model} gave another version's scores`);
      }
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    try {
      for (const version of ["v2", "v1", "v2", "v1", "v2"]) {
        const promoted = await ranker.post("/admin/promote", { version });
        expect(promoted.status).toBe(200);
        writeArtifact(ranker.models, "v3", { seed: 3 });
        expect((await ranker.post("/admin/load", { version: "v3" })).status).toBe(200);
      }
    } finally {
      over.abort();
    }
    await clients;
    expect(served.v1).toBeGreaterThan(0);
    expect(served.v2).toBeGreaterThan(0);
    expect(await ranker.metric('ranker_answers_total{status="200",version="v1"}')).toBe(served.v1);
  });
});

describe("a canary", () => {
  it("takes its share of viewers, always the same ones, and nobody unnamed", async ({ expect }) => {
    await ranker.start();
    expect((await ranker.post("/admin/canary", { version: "v2", percent: 30 })).status).toBe(200);
    const viewers = Array.from({ length: 60 }, (_, at) => String(1_000 + at));
    for (const round of [0, 1])
      for (const viewer of viewers)
        expect(await versionFor(viewer), `round ${round}`).toBe(
          inCanary(viewer, "v2", 30) ? "v2" : "v1",
        );
    expect((await scoresOf(await ranker.infer(rows), rows)).model).toBe("v1");
    await ranker.post("/admin/canary", { version: "v2", percent: 0 });
    for (const viewer of viewers) expect(await versionFor(viewer)).toBe("v1");
  });
});

describe("a shadow", () => {
  it("scores what was answered, is compared, and answers nobody", async ({ expect }) => {
    await ranker.start();
    expect((await ranker.post("/admin/shadow", { version: "v2" })).status).toBe(200);
    const compared = 'ranker_shadow_total{result="compared"}';
    while (((await ranker.metric(compared)) ?? 0) < 3) expect(await versionFor("1")).toBe("v1");
    expect(await ranker.metric('ranker_shadow_delta_count{head="like"}')).toBeGreaterThanOrEqual(3);
    expect(await ranker.metric("ranker_shadow_top_overlap_count")).toBeGreaterThanOrEqual(3);
    expect(
      await ranker.metric(
        'ranker_model_info{version="v2",role="shadow",provider="cpu",precision="fp32"}',
      ),
    ).toBe(1);
    await ranker.post("/admin/shadow", { version: null });
    const before = await ranker.metric(compared);
    await versionFor("1");
    expect(await ranker.metric(compared)).toBe(before);
  });
});

describe("the file current", () => {
  it("is followed, and an operator's rollback stays until it changes again", async ({ expect }) => {
    await ranker.start({ RANKER_POLL_MS: "20" });
    const until = async (version: string) => {
      while ((await versionFor("1")) !== version) await new Promise(setImmediate);
    };
    setCurrent(ranker.models, "v2");
    await until("v2");
    await ranker.post("/admin/rollback", {});
    writeArtifact(ranker.models, "v3", { seed: 3 });
    expect(await versionFor("1")).toBe("v1");
    setCurrent(ranker.models, "v3");
    await until("v3");
    expect(ranker.logged.filter(({ event }) => event === "promoted")).toHaveLength(3);
  });

  it("that names something bad changes nothing, and is taken once it is good", async ({
    expect,
  }) => {
    writeArtifact(ranker.models, "v3", { seed: 3 }, { damaged: ["model.onnx"] });
    await ranker.start({ RANKER_POLL_MS: "20" });
    setCurrent(ranker.models, "v3");
    while (!ranker.logged.some(({ event }) => event === "promotion_refused"))
      expect(await versionFor("1")).toBe("v1");
    writeArtifact(ranker.models, "v3", { seed: 3 });
    while ((await versionFor("1")) !== "v3") await new Promise(setImmediate);
  });
});

describe("without a model", () => {
  it("the server lives, is not ready, and says so to callers", async ({ expect }) => {
    setCurrent(ranker.models, "v9");
    await ranker.start();
    expect((await ranker.get("/v2/health/live")).status).toBe(200);
    expect((await ranker.get("/v2/health/ready")).status).toBe(503);
    const refused = await ranker.infer(rows);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("edgewise-shed")).toBe(null);
    expect(Number(refused.headers.get("retry-after-ms"))).toBeGreaterThan(0);
    expect((await ranker.post("/admin/promote", { version: "v1" })).status).toBe(200);
    expect((await ranker.get("/v2/health/ready")).status).toBe(200);
  });
});

describe("a thread that is killed", () => {
  it("fails its request, is not ready for a moment, and comes back", async ({ expect }) => {
    setCurrent(ranker.models, "dies");
    const faulty = new URL("faulty-thread.ts", import.meta.url);
    await ranker.start({}, { scorers: (options, timer) => startScorer(options, timer, faulty) });
    expect(await versionFor("1")).toBe("dies");
    expect((await ranker.infer(rowsFrom(1, 13))).status).toBe(500);
    expect((await ranker.get("/v2/health/live")).status).toBe(200);
    expect((await ranker.get("/v2/health/ready")).status).toBe(503);
    while ((await ranker.get("/v2/health/ready")).status !== 200) await new Promise(setImmediate);
    expect(await versionFor("1")).toBe("dies");
    expect(await ranker.metric('ranker_threads_ended_total{version="dies"}')).toBe(1);
  });
});
