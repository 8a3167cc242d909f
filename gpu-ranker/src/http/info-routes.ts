import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { MODEL_NAME } from "../../../core/ranking/infer.ts";
import type { Registry } from "../model/registry.ts";
import { type Answer, json, refusal } from "./answer.ts";

/** `GET /v2`. */
export const serverInfo = (): Answer =>
  json({ name: "edgewise-ranker", version: "1", extensions: ["binary_tensor_data"] });

export const live = (): Answer => json({ live: true });

export const ready = (isReady: boolean): Answer => json({ ready: isReady }, isReady ? 200 : 503);

/** `GET /v2/models/ranker[/versions/{v}]`. */
export function modelInfo(registry: Registry, version: string | null): Answer {
  const lane = version === null ? registry.serving : registry.lane(version);
  if (lane === null) return notLoaded(version);
  const { provider, precision, nodes, parity } = lane.loaded;
  return json({
    name: MODEL_NAME,
    versions: registry.lanes.map(({ loaded }) => loaded.version),
    platform: "onnxruntime_onnx",
    inputs: [
      { name: "dense", datatype: "FP32", shape: [-1, DENSE_COUNT] },
      { name: "ids", datatype: "INT32", shape: [-1, ID_COUNT] },
    ],
    outputs: [{ name: "probabilities", datatype: "FP32", shape: [-1, HEAD_COUNT] }],
    parameters: { version: lane.loaded.version, provider, precision, nodes, parity },
  });
}

/** `GET /v2/models/ranker[/versions/{v}]/ready`. */
export function modelReady(registry: Registry, version: string | null, leaving: boolean): Answer {
  const lane = version === null ? registry.serving : registry.lane(version);
  return ready(!leaving && lane?.ready === true);
}

const notLoaded = (version: string | null): Answer =>
  refusal({ code: "not_found", what: version === null ? "a model" : `version ${version}` });
