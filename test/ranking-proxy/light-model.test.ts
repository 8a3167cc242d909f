import { readFileSync } from "node:fs";
import path from "node:path";

import { it } from "vitest";

import { SCHEMA } from "../../core/ranking/features.ts";
import { parseLight } from "../../core/ranking/light-model.ts";
import { ROOT } from "../../deploy/workers.ts";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

it("bundles the light model of the artifact that is served; `node dev/light-model.ts` copies it", ({
  expect,
}) => {
  const version = read("gpu-ranker/models/current").trim();
  const bundled: unknown = JSON.parse(read("workers/ranking-proxy/light-model.json"));
  expect(bundled).toEqual(JSON.parse(read(`gpu-ranker/models/${version}/light.json`)));
  expect(parseLight(bundled)).toMatchObject({ ok: true, value: { version, schema: SCHEMA } });
});
