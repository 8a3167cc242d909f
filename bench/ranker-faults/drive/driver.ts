import { SCHEMA, DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import type { RankingStatsService } from "../../../core/ranking/proxy-stats.ts";
import type { RankAnswer, RankingService } from "../../../core/ranking/service.ts";

type Proxy = RankingService & RankingStatsService;
interface DriverEnv {
  /** `PROXY_0`, `PROXY_1`, …: isolates of the proxy. */
  readonly [name: `PROXY_${number}`]: Proxy;
  readonly STUB_PROBABILITY: number;
  readonly STUB_MODEL: string;
}

/** Stands where the feed Worker does: one call of a proxy for one request, over RPC. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const proxy = env[`PROXY_${number("proxy")}`];
    if (proxy === undefined) return new Response(null, { status: 404 });
    if (pathname === "/stats") return Response.json(await proxy.stats());
    const rows = number("rows");
    const place = number("place");
    const answer = await proxy.rank({
      region: searchParams.get("region") ?? "",
      viewerId: String(place % 20),
      schema: SCHEMA,
      posts: Array.from({ length: rows }, (_, row) => String(1_000 + row + place)),
      createdAtMs: Array.from({ length: rows }, () => Date.now()),
      dense: new Float32Array(rows * DENSE_COUNT).fill(0.5),
      ids: new Int32Array(rows * ID_COUNT).fill(1),
      deadlineMs: Date.now() + number("budget"),
    });
    const { mode, reason } = answer;
    return Response.json({ mode, reason, isTrue: isTrue(answer, rows, env) });
  },
} satisfies ExportedHandler<DriverEnv>;

/** Is it what its label says? A stub's scores are all alike, and the light model's are none of them. */
function isTrue(
  { mode, model, probabilities, scored }: RankAnswer,
  rows: number,
  { STUB_MODEL, STUB_PROBABILITY }: DriverEnv,
): boolean {
  if (mode === "chronological") return model === null && probabilities === null;
  if (probabilities?.length !== rows * HEAD_COUNT) return false;
  let stubs = 0;
  for (let row = 0; row < rows; row++)
    if (probabilities[row * HEAD_COUNT] === STUB_PROBABILITY) stubs++;
  if (mode === "light-model") return model !== STUB_MODEL && stubs === 0 && scored === rows;
  const isWhole = mode !== "ranked" || scored === rows;
  return model === STUB_MODEL && stubs === scored && isWhole;
}
