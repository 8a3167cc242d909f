import path from "node:path";

import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { afterAll, beforeAll, it } from "vitest";

import { startTestRedis, type TestRedis, TOKEN } from "./database.ts";
import type { Asked } from "./worker.ts";

let server: TestRedis;
let runtime: Miniflare;

beforeAll(async () => {
  server = await startTestRedis();
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "worker.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["node:*"],
    write: false,
  });
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.NONE),
      telemetry: { enabled: false },
      cf: false,
      handleStructuredLogs: () => {},
      workers: [
        {
          name: "asks",
          modules: [{ type: "ESModule", path: "index.js", contents: outputFiles[0]?.text ?? "" }],
          compatibilityDate: "2026-11-17",
          compatibilityFlags: ["nodejs_compat"],
        },
      ],
    }),
  );
}, 60_000);

afterAll(async () => {
  await runtime.dispose();
  await server.stop();
});

async function misses(asked: Partial<Asked>): Promise<unknown> {
  const body = JSON.stringify({ url: server.url, token: TOKEN, budgetMs: 5_000, ...asked });
  const answer = await fetch(await runtime.ready, { method: "POST", body });
  return answer.json();
}

const thrice = (error: object) => [1, 2, 3].map(() => ({ ok: false, error }));
const unavailable = { code: "unavailable", dependency: "feed_cache", retryAfterMs: 200 };

it("tells misses, timeouts and outages apart in the Workers runtime too", async ({ expect }) => {
  const nothing = [
    { ok: true, value: null },
    { ok: true, value: [null] },
    { ok: true, value: null },
  ];
  expect(await misses({})).toEqual(nothing);
  expect(await misses({ token: "wrong" })).toEqual(thrice(unavailable));

  const late = { code: "deadline_exceeded", dependency: "feed_cache", budgetMs: 100 };
  const slow = await server.front({ delayMs: 500 });
  expect(await misses({ url: slow.url, budgetMs: 100 })).toEqual(thrice(late));
  await slow.stop();
  expect(await misses({ url: slow.url })).toEqual(thrice(unavailable));

  process.kill(server.primary.pid, "SIGSTOP");
  expect(await misses({ budgetMs: 100 })).toEqual(thrice(late));
  process.kill(server.primary.pid, "SIGCONT");
  await server.primary.kill();
  expect(await misses({})).toEqual(thrice(unavailable));
  await server.restart();
  await expect.poll(() => misses({}), { timeout: 10_000 }).toEqual(nothing);
});
