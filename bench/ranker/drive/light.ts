import { DENSE_COUNT } from "../../../core/ranking/features.ts";
import { parseLight, scoreLight } from "../../../core/ranking/light-model.ts";
import lightJson from "../../../workers/ranking-proxy/light-model.json" with { type: "json" };

const parsed = parseLight(lightJson);

/** Scores the same rows so many times: a Worker's clock stands still while it works, so whoever asks takes the time. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const rows = Number(searchParams.get("rows"));
    const times = Number(searchParams.get("times"));
    if (!parsed.ok) return new Response(parsed.error, { status: 500 });
    const dense = Float32Array.from({ length: rows * DENSE_COUNT }, (_, at) => Math.sin(at));
    let sum = 0;
    for (let n = 0; n < times; n++) sum += scoreLight(parsed.value, dense, rows)[n % rows] ?? 0;
    return new Response(String(sum));
  },
};
