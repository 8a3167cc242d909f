import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { freePorts, startBackends } from "../../dev/backends.ts";
import { startHosted } from "../../dev/hosted.ts";
import { upstashRedis } from "../../platform/upstash.ts";
import { startProduct } from "./product.ts";

const folder = mkdtempSync(path.join(tmpdir(), "edgewise-hosted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ANY_PORTS = {
  MARIADB_PORT: "0",
  REDIS_PORT: "0",
  REDIS_REPLICA_PORT: "0",
  EMULATOR_PORT: "0",
  UPSTASH_PORT: "0",
};
const start = () => startProduct(["--profile", "hosted", "--data", folder], ANY_PORTS);

it("keeps people, posts and edges in MariaDB, over a restart of everything", async ({ expect }) => {
  const first = await start();
  const sessions: Session[] = [];
  for (const handle of ["ada", "bob"]) {
    const anonymous = createClient({ baseUrl: first.url });
    sessions.push((await anonymous.createUser({ handle, name: handle })) as Session);
  }
  const clientOf = (url: string, who: number) =>
    createClient({ baseUrl: url, token: () => sessions[who]?.token ?? "" });
  const post = await clientOf(first.url, 0).createPost({ text: "kept in MariaDB" });
  await clientOf(first.url, 1).follow("ada");
  await clientOf(first.url, 1).reactToPost(post.id, "like");
  expect(first.said()).toMatch(/Upstash +http:\/\/127\.0\.0\.1:\d+/);
  expect(await first.stop("SIGTERM")).toBe(0);

  const second = await start();
  const texts = async () =>
    (await clientOf(second.url, 1).feed()).items.map(({ text, counts }) => [
      text,
      counts.reactions,
    ]);
  // The inverse of a like may still have been on its way to the other shard.
  await expect.poll(texts, { timeout: 20_000 }).toEqual([["kept in MariaDB", 1]]);
  const { items } = await clientOf(second.url, 0).followers("ada");
  expect(items.map(({ handle }) => handle)).toEqual(["bob"]);
  expect(await second.stop("SIGINT")).toBe(0);
  expect(second.said()).toContain("Stopped.");
});

it("says unavailable and when to try again while the database is gone or hangs, then goes on", async ({
  expect,
}) => {
  const cluster = await startHosted({ port: 0, dataFolder: null });
  try {
    const anonymous = createClient({ baseUrl: cluster.url });
    const { token } = (await anonymous.createUser({ handle: "ada", name: "Ada" })) as Session;
    const post = (text: string) =>
      fetch(`${cluster.url}/v1/posts`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "idempotency-key": text,
        },
        body: JSON.stringify({ text }),
      });
    const { emulator } = cluster.backends;
    const away = async (text: string) => {
      const startedMs = performance.now();
      const answer = await post(text);
      const { code } = (await answer.json()) as { code: string };
      expect(["unavailable", "deadline_exceeded"]).toContain(code);
      expect([503, 504]).toContain(answer.status);
      // No attempt starts after the budget; the last one may look into a lost commit.
      const mostMs = LIMITS.requestBudgetMs + 2 * LIMITS.storeStatementMs;
      expect(performance.now() - startedMs).toBeLessThan(mostMs + 1_000);
      return answer.headers.get("retry-after");
    };
    expect((await post("before")).status).toBe(201);
    await emulator.process.kill();
    expect(Number(await away("gone"))).toBeGreaterThan(0);
    await emulator.restart();
    await expect.poll(async () => (await post("gone")).status, { timeout: 20_000 }).toBe(201);

    process.kill(emulator.process.pid, "SIGSTOP");
    await away("hangs");
    process.kill(emulator.process.pid, "SIGCONT");
    await expect.poll(async () => (await post("hangs")).status, { timeout: 20_000 }).toBe(201);
    const client = createClient({ baseUrl: cluster.url, token: () => token });
    const { items } = await client.userPosts("ada");
    expect(items.map(({ text }) => text)).toEqual(["hangs", "gone", "before"]);
  } finally {
    await cluster.stop();
  }
});

it("stands on an Upstash whose replica follows, and which may be killed", async ({ expect }) => {
  const own = mkdtempSync(path.join(tmpdir(), "edgewise-backends-"));
  const backends = await startBackends({ folder: own, ports: await freePorts() });
  try {
    const session = () => upstashRedis({ ...backends.feedCache, budgetMs: () => 2_000 });
    const get = () => session().command(["GET", "kept"]);
    const writer = session();
    await writer.command(["SET", "kept", "here"]);
    expect(await writer.command(["GET", "kept"])).toEqual({ ok: true, value: "here" });
    for (const backend of [backends.upstash, backends.redis]) {
      // Redis writes its log to the disk once a second.
      await sleep(1_100);
      await backend.process.kill();
      await backend.restart();
      await expect.poll(get, { timeout: 20_000 }).toEqual({ ok: true, value: "here" });
    }
  } finally {
    await backends.stop();
    rmSync(own, { recursive: true, force: true });
  }
});
