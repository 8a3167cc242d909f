import { it } from "vitest";

import { pairGates, promotionGates } from "../../../gpu-ranker/train/artifact/promotion.ts";

const MANY = [900, 900, 900, 900, 900, 900, 10];
const serving = { "open.auc": 0.8, "open.ne": 0.7, "hide.auc": 0.9, ndcg10: 0.7, regret: null };
const failed = (candidate: Record<string, number | null>) =>
  promotionGates(candidate, serving, MANY)
    .filter(({ passes }) => !passes)
    .map(({ name }) => name);

it("lets a model serve that is no worse, metric by metric", ({ expect }) => {
  expect(failed(serving)).toEqual([]);
  expect(failed({ ...serving, "open.auc": 0.9, "open.ne": 0.5 })).toEqual([]);
  expect(failed({ ...serving, "open.auc": 0.79 })).toEqual(["open.auc"]);
  expect(failed({ ...serving, "open.ne": 0.72, ndcg10: 0.6 })).toEqual(["open.ne", "ndcg10"]);
});

it("does not judge by a head that hardly ever happened, nor by what nobody could measure", ({
  expect,
}) => {
  const gates = promotionGates({ ...serving, "hide.auc": 0.1, regret: 0.9 }, serving, MANY);
  expect(gates.map(({ name }) => name)).toEqual(["open.auc", "open.ne", "ndcg10"]);
});

it("does not let a version serve whose light model is worse, however good the heavy one is", ({
  expect,
}) => {
  const before = { heavy: serving, light: { ...serving, "open.auc": 0.75 } };
  const now = { heavy: { ...serving, "open.auc": 0.9 }, light: { ...serving, "open.auc": 0.7 } };
  const failing = pairGates(now, before, MANY).filter(({ passes }) => !passes);
  expect(failing.map(({ name }) => name)).toEqual(["light open.auc"]);
  expect(pairGates(before, before, MANY).every(({ passes }) => passes)).toBe(true);
});
