import { request as httpRequest } from "node:http";

import { afterAll, beforeAll, describe, it } from "vitest";

import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../core/ranking/features.ts";
import { INFER_LIMITS } from "../../core/ranking/infer-limits.ts";
import { RunningRanker, scoresOf } from "./running-ranker.ts";
import { rowsFrom, setCurrent, tinyScores, writeArtifact } from "./tiny-model.ts";

const model = { seed: 1 };
const ranker = new RunningRanker();
const INFER = "/v2/models/ranker/infer";

beforeAll(async () => {
  writeArtifact(ranker.models, "v1", model);
  setCurrent(ranker.models, "v1");
  await ranker.start();
});
afterAll(() => ranker.remove());

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(ranker.url + INFER, { method: "POST", body, headers });
const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: string; field?: string; code?: string }),
});

describe("the protocol", () => {
  it.for<[path: string, body: Record<string, unknown>]>([
    ["/v2", { name: "edgewise-ranker", extensions: ["binary_tensor_data"] }],
    ["/v2/health/live", { live: true }],
    ["/v2/health/ready", { ready: true }],
    ["/v2/models/ranker/ready", { ready: true }],
    ["/v2/models/ranker/versions/v1/ready", { ready: true }],
    ["/v2/models/ranker", { name: "ranker", versions: ["v1"] }],
    ["/v2/models/ranker/versions/v1", { parameters: expectVersion("v1") }],
  ])("answers %s", async ([pathname, body], { expect }) => {
    const response = await ranker.get(pathname);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(body);
  });

  it.for(["/v2/models/other", "/v2/models/ranker/versions/v9", "/nowhere"])(
    "has no %s",
    async (pathname, { expect }) => {
      expect(await errorOf(await ranker.get(pathname))).toMatchObject({ status: 404 });
    },
  );

  it("names the method that a path takes", async ({ expect }) => {
    expect(await errorOf(await ranker.get(INFER))).toMatchObject({
      status: 405,
      error: "allowed: POST",
    });
    const posted = await fetch(`${ranker.url}/v2`, { method: "POST" });
    expect(posted.headers.get("allow")).toBe("GET");
    expect(await errorOf(posted)).toMatchObject({ status: 405, error: "allowed: GET" });
  });
});

describe("infer", () => {
  it("answers raw tensors with raw tensors, and says who scored and how long it took", async ({
    expect,
  }) => {
    const rows = rowsFrom(4, 200);
    const response = await ranker.infer(rows, { "edgewise-schema": SCHEMA });
    const { model: version, probabilities } = await scoresOf(response, rows);
    expect(version).toBe("v1");
    const expected = tinyScores(model, rows);
    expect(probabilities.every((p, at) => Math.abs(p - (expected[at] ?? 0)) < 1e-5)).toBe(true);
    expect(response.headers.get("edgewise-model")).toBe("v1");
    expect(response.headers.get("edgewise-load")).toBe("0");
    expect(Number(response.headers.get("edgewise-queue-ms"))).toBeGreaterThanOrEqual(0);
    expect(Number(response.headers.get("edgewise-compute-ms"))).toBeGreaterThan(0);
  });

  it("answers JSON with JSON, the same numbers", async ({ expect }) => {
    const rows = rowsFrom(5, 3);
    const raw = await scoresOf(await ranker.infer(rows), rows);
    const response = await post(
      JSON.stringify({
        id: "mine",
        inputs: [
          { name: "ids", datatype: "INT32", shape: [3, ID_COUNT], data: [...rows.ids] },
          { name: "dense", datatype: "FP32", shape: [3, DENSE_COUNT], data: [...rows.dense] },
        ],
      }),
      { "edgewise-budget-ms": "10000" },
    );
    expect(response.status).toBe(200);
    const body = (await response.json()) as { id: string; outputs: [{ data: number[] }] };
    expect(body.id).toBe("mine");
    expect(Float32Array.from(body.outputs[0].data)).toEqual(raw.probabilities);
  });

  it("answers for a version by name", async ({ expect }) => {
    const rows = rowsFrom(6, 2);
    const named = await ranker.infer(rows, {}, "/v2/models/ranker/versions/v1/infer");
    expect((await scoresOf(named, rows)).model).toBe("v1");
    const other = await ranker.infer(rows, {}, "/v2/models/ranker/versions/v9/infer");
    expect(await errorOf(other)).toMatchObject({ status: 404 });
  });

  it("names what is wrong", async ({ expect }) => {
    expect(await errorOf(await post("garbage"))).toMatchObject({ status: 400, field: "body" });
    expect(await errorOf(await post('{"inputs":[]}'))).toMatchObject({
      status: 400,
      field: "inputs",
    });
    expect(await errorOf(await post("{}", { "edgewise-budget-ms": "soon" }))).toMatchObject({
      status: 400,
      field: "edgewise-budget-ms",
    });
    expect(
      await errorOf(await post("{}", { "inference-header-content-length": "-1" })),
    ).toMatchObject({
      status: 400,
      field: "inference-header-content-length",
    });
    const shape = await ranker.infer({ ...rowsFrom(0, 2), ids: new Int32Array(3) });
    expect(await errorOf(shape)).toMatchObject({ status: 400 });
  });

  it("refuses rows that were made with other features", async ({ expect }) => {
    const response = await ranker.infer(rowsFrom(0, 1), { "edgewise-schema": "0123456789abcdef" });
    expect(await errorOf(response)).toMatchObject({ status: 409, field: "edgewise-schema" });
  });

  it("refuses at once when no time is left", async ({ expect }) => {
    const before = await ranker.metric('ranker_shed_total{reason="deadline"}');
    const response = await ranker.infer(rowsFrom(0, 1), { "edgewise-budget-ms": "0" });
    expect(response.status).toBe(503);
    expect(response.headers.get("edgewise-shed")).toBe("deadline");
    expect(Number(response.headers.get("retry-after-ms"))).toBeGreaterThan(0);
    expect(await ranker.metric('ranker_shed_total{reason="deadline"}')).toBe((before ?? 0) + 1);
  });

  it("does not read what is announced as too large, nor more than the bound", async ({
    expect,
  }) => {
    const announced = await post(new Uint8Array(INFER_LIMITS.inferBodyBytesMax + 1));
    expect(await errorOf(announced)).toMatchObject({ status: 413 });
    // Without an announcement the body is cut off where it passes the bound.
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(ranker.url + INFER, { method: "POST" }, (answer) => {
        resolve(answer.statusCode);
        answer.resume();
        request.destroy();
      });
      request.on("error", reject);
      const chunk = new Uint8Array(1_000_000);
      for (let sent = 0; sent <= INFER_LIMITS.inferBodyBytesMax; sent += chunk.length)
        request.write(chunk);
    });
    expect(status).toBe(413);
  });

  it("tells who sends too much, who goes on sending, and closes once they are done", async ({
    expect,
  }) => {
    const bytes = 3 * INFER_LIMITS.inferBodyBytesMax;
    const chunk = new Uint8Array(500_000);
    for (const announced of [true, false]) {
      const request = httpRequest(ranker.url + INFER, {
        method: "POST",
        ...(announced && { headers: { "content-length": String(bytes) } }),
      });
      const answer = new Promise<{ status: number | undefined; connection: string | undefined }>(
        (resolve, reject) => {
          request.once("error", reject);
          request.once("response", (response) => {
            const { statusCode: status, headers } = response;
            response.resume().once("end", () => {
              resolve({ status, connection: headers.connection });
            });
          });
        },
      );
      for (let sent = 0; sent < bytes; sent += chunk.length) {
        // Slowly, so that the answer is there long before the end of the body.
        await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise<void>((resolve, reject) =>
          request.write(chunk.subarray(0, Math.min(chunk.length, bytes - sent)), (error) =>
            error ? reject(error) : resolve(),
          ),
        );
      }
      request.end();
      expect(await answer).toEqual({ status: 413, connection: "close" });
    }
  });

  it("lives on when callers hang up in the middle", async ({ expect }) => {
    for (const at of ["body", "answer"]) {
      const gone = new AbortController();
      const request = httpRequest(ranker.url + INFER, {
        method: "POST",
        headers: { "content-length": at === "body" ? "100000" : "2" },
        signal: gone.signal,
      });
      request.on("error", () => {});
      request.write("{}", () => gone.abort());
      await new Promise((resolve) => request.on("close", resolve));
    }
    const rows = rowsFrom(1, 1);
    expect((await scoresOf(await ranker.infer(rows), rows)).model).toBe("v1");
    expect(ranker.logged.filter(({ event }) => event === "request_threw")).toEqual([]);
  });

  it("counts what it does", async ({ expect }) => {
    const rows = rowsFrom(2, 100);
    await scoresOf(await ranker.infer(rows), rows);
    for (const name of [
      "ranker_queue_ms_count",
      "ranker_parse_ms_count",
      'ranker_compute_ms_count{version="v1"}',
      "ranker_batch_rows_count",
      "ranker_batch_rows_sum",
      'ranker_answers_total{status="200",version="v1"}',
      'ranker_score_mean{version="v1",head="like"}',
    ])
      expect(await ranker.metric(name), name).toBeGreaterThan(0);
    expect(
      await ranker.metric(
        'ranker_model_info{version="v1",role="serving",provider="cpu",precision="fp32"}',
      ),
    ).toBe(1);
    expect(await ranker.metric("ranker_ready")).toBe(1);
  });
});

function expectVersion(version: string) {
  return { version, provider: "cpu", precision: "fp32" };
}

describe("a traced request", () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const span = "00f067aa0ba902b7";
  const spans = () => ranker.logged.filter(({ event }) => event === "span");

  it("is told in the log under the caller's span, and has its timing", async ({ expect }) => {
    const before = spans().length;
    const response = await ranker.infer(rowsFrom(1, 4), { traceparent: `00-${trace}-${span}-01` });
    await response.arrayBuffer();
    const timing = response.headers.get("server-timing") ?? "";
    expect(timing).toMatch(/^queue;dur=[\d.]+, compute;dur=[\d.]+$/);
    const [told] = spans().slice(before);
    expect(told?.fields).toMatchObject({
      trace,
      parent: span,
      name: "gpu-ranker infer",
      outcome: "200",
      detail: timing,
    });
    expect(Math.abs(Date.now() - Number(told?.fields["startMs"]))).toBeLessThan(60_000);
  });

  it.for([`00-${trace}-${span}-00`, "nonsense"])("is none with %s", async (parent, { expect }) => {
    const before = spans().length;
    const response = await ranker.infer(rowsFrom(1, 4), { traceparent: parent });
    expect([response.status, response.headers.get("server-timing")]).toEqual([200, null]);
    await response.arrayBuffer();
    expect(spans()).toHaveLength(before);
  });
});
