import { DENSE_COUNT, SCHEMA } from "../../../core/ranking/features.ts";
import { HEADS } from "../../../core/ranking/heads.ts";
import type { LightJson } from "../../../core/ranking/light-model.ts";
import type { Trained } from "../model/graphs.ts";
import { CLIP } from "../model/normaliser.ts";

/** `light.json`: nine digits give every weight back exactly. */
export function lightJson({ normaliser, params }: Trained, version: string): string {
  const exact = (value: number) => Number(value.toPrecision(9));
  const weights = params.get("out.w")?.values ?? new Float32Array(0);
  const json: LightJson = {
    kind: "light",
    version,
    schema: SCHEMA,
    mean: Array.from(normaliser.mean, exact),
    scale: Array.from(normaliser.scale, exact),
    clip: CLIP,
    weights: HEADS.map((_, head) =>
      Array.from({ length: DENSE_COUNT }, (__, column) =>
        exact(weights[column * HEADS.length + head] ?? 0),
      ),
    ),
    bias: Array.from(params.get("out.b")?.values ?? [], exact),
  };
  return `${JSON.stringify(json)}\n`;
}
