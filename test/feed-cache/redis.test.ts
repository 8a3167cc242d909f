import { afterAll, beforeAll } from "vitest";

import { startTestRedis, type TestRedis } from "../upstash/database.ts";
import { feedCacheContract } from "./contract.ts";
import { redisCache, warm } from "./drivers.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
}, 60_000);
afterAll(() => server.stop());

feedCacheContract("in Redis", () => warm(redisCache(server.url)));
