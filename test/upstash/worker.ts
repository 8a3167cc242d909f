import { upstashRedis } from "../../platform/upstash.ts";

export interface Asked {
  readonly url: string;
  readonly token: string;
  readonly budgetMs: number;
}

/** Asks for a key that is not there in each way there is, from inside the Workers runtime. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { url, token, budgetMs } = await request.json<Asked>();
    const session = upstashRedis({ url, token, budgetMs: () => budgetMs });
    return Response.json([
      await session.command(["GET", "missing"]),
      await session.pipeline([["GET", "missing"]]),
      await session.evalScript("return redis.call('GET', KEYS[1])", ["missing"], []),
    ]);
  },
};
