import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { DENSE_NAMES, SCHEMA } from "../core/ranking/features.ts";
import { HEADS } from "../core/ranking/heads.ts";
import { type LightJson, parseLight } from "../core/ranking/light-model.ts";
import { ROOT } from "../deploy/workers.ts";

/** `node dev/light-model.ts` bundles the light model of the artifact that is served into the ranking proxy. */

const MODELS = path.join(ROOT, "gpu-ranker/models");
const BUNDLED = path.join(ROOT, "workers/ranking-proxy/light-model.json");

/** Without an artifact: each head's mean log-odds among those whose past says most, untrained. */
const SAYS_MOST = ["author", "post", "viewer_author", "viewer_topic"];

function baseline(): LightJson {
  const columns = DENSE_NAMES.map(() => 0);
  return {
    kind: "light",
    version: "baseline",
    schema: SCHEMA,
    mean: columns,
    scale: columns.map(() => 1),
    clip: 12,
    weights: HEADS.map((head) =>
      DENSE_NAMES.map((name) =>
        SAYS_MOST.some((tally) => name === `${tally}.${head}`) ? 1 / SAYS_MOST.length : 0,
      ),
    ),
    bias: HEADS.map(() => 0),
  };
}

function current(): string {
  const name = path.join(MODELS, "current");
  if (!existsSync(name)) return `${JSON.stringify(baseline())}\n`;
  return readFileSync(path.join(MODELS, readFileSync(name, "utf8").trim(), "light.json"), "utf8");
}

const text = current();
const model = parseLight(JSON.parse(text));
if (!model.ok) throw new Error(`light.json: ${model.error}`);
writeFileSync(BUNDLED, text);
console.log(`${path.relative(ROOT, BUNDLED)}: ${model.value.version}`);
