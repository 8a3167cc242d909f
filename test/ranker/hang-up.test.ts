import { request } from "node:http";

import { it, onTestFinished } from "vitest";

import { encodeRequest } from "../../core/ranking/infer.ts";
import { RANKER_HEADERS } from "../../core/ranking/ranker-headers.ts";
import { heldBack, RunningRanker, scoresOf } from "./running-ranker.ts";
import { rowsFrom, setCurrent, writeArtifact } from "./tiny-model.ts";

it("counts a caller who hangs up in the queue as no failure of its own", async ({ expect }) => {
  const ranker = new RunningRanker();
  onTestFinished(() => ranker.remove());
  writeArtifact(ranker.models, "v1", { seed: 1 });
  setCurrent(ranker.models, "v1");
  const held = Promise.withResolvers<void>();
  await ranker.start({}, { scorers: heldBack(held.promise) });
  const rowsUnderWay = async (rows: number) => {
    while ((await ranker.metric("ranker_load_rows")) !== rows) await new Promise(setImmediate);
  };
  const rows = rowsFrom(1, 5);
  const first = ranker.infer(rows);
  await rowsUnderWay(5);

  const { body, headerBytes } = encodeRequest(rows);
  const headers = {
    [RANKER_HEADERS.inferHeaderBytes]: headerBytes,
    [RANKER_HEADERS.budgetMs]: "10000",
  };
  const { port } = ranker;
  const path = "/v2/models/ranker/infer";
  const second = request({ port, path, method: "POST", headers }).on("error", () => {});
  second.end(body);
  await rowsUnderWay(10);
  second.destroy();
  await rowsUnderWay(5);

  held.resolve();
  expect((await scoresOf(await first, rows)).model).toBe("v1");
  expect(await ranker.metric('ranker_answers_total{status="200",version="v1"}')).toBe(1);
  expect(await ranker.metric('ranker_answers_total{status="500",version=""}')).toBeNull();
  expect(ranker.logged.filter(({ level }) => level === "error")).toEqual([]);
});
