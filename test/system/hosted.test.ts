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

/** On a busy machine an answer is on its way for longer than the request was given. */
const SLACK_MS = 1_000;

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
    await anonymous.createUser({ handle: "bob", name: "Bob" });
    const authorization = `Bearer ${token}`;
    const post = (text: string) =>
      fetch(`${cluster.url}/v1/posts`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", "idempotency-key": text },
        body: JSON.stringify({ text }),
      });
    /** Of the leader, which has never been asked for it. */
    const read = (at: string) =>
      fetch(cluster.url + at, {
        headers: { authorization, "edgewise-consistency": "leader" },
      });
    const { emulator, mariaDb } = cluster.backends;
    const away = async (asked: () => Promise<Response>) => {
      const startedMs = performance.now();
      const answer = await asked();
      const { code } = (await answer.json()) as { code: string };
      const tookMs = performance.now() - startedMs;
      expect(["unavailable", "deadline_exceeded"]).toContain(code);
      expect([503, 504]).toContain(answer.status);
      expect(tookMs).toBeLessThan(LIMITS.requestBudgetMs + SLACK_MS);
      return answer.headers.get("retry-after");
    };
    const comesBack = (asked: () => Promise<Response>, status: number) =>
      expect.poll(async () => (await asked()).status, { timeout: 20_000 }).toBe(status);

    expect((await post("before")).status).toBe(201);
    await emulator.process.kill();
    expect(Number(await away(() => post("gone")))).toBeGreaterThan(0);
    await emulator.restart();
    await comesBack(() => post("gone"), 201);

    process.kill(emulator.process.pid, "SIGSTOP");
    await away(() => post("hangs"));
    process.kill(emulator.process.pid, "SIGCONT");
    await comesBack(() => post("hangs"), 201);

    process.kill(mariaDb.process.pid, "SIGSTOP");
    const followers = () => read("/v1/users/bob/followers");
    // Many at once: none waits for another's turn at the database beyond its own time.
    const waiting = [followers, () => post("stopped"), () => post("stopped"), followers];
    await Promise.all(waiting.map(away));
    process.kill(mariaDb.process.pid, "SIGCONT");
    await comesBack(() => post("stopped"), 201);
    await comesBack(followers, 200);

    const client = createClient({ baseUrl: cluster.url, token: () => token });
    const { items } = await client.userPosts("ada");
    expect(items.map(({ text }) => text)).toEqual(["stopped", "hangs", "gone", "before"]);
  } finally {
    // A server that is stopped does not hear that it should end.
    process.kill(cluster.backends.emulator.process.pid, "SIGCONT");
    process.kill(cluster.backends.mariaDb.process.pid, "SIGCONT");
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
