import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, it } from "vitest";

import { type Client, createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import type { FanoutPost } from "../../core/feed/fanout/admin.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { startRuntime } from "../../dev/drill/runtime.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { readLocalSecrets } from "../../dev/secrets.ts";
import { freePort } from "../../dev/server-process.ts";

let folder = "";
let port = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edgewise-fan-out-"));
  port = await freePort();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = () => startRuntime({ dataFolder: folder, port, services: null });

async function operator(url: string): Promise<Client> {
  const { authSecret: secret } = readLocalSecrets(folder);
  const token = await mintToken({ url, secret, issuer: "edgewise" }, "0", Date.now());
  return createClient({ baseUrl: url, token: () => token });
}

/** How a post was spread, once that is done. */
async function spread(client: Client, post: string): Promise<FanoutPost> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await client.fanoutPost(post).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 404) return null;
      throw error;
    });
    if (found !== null && found.doneMs !== null) return found;
    await sleep(100);
  }
  throw new Error(`${post} is never spread`);
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await check()) return;
    await sleep(100);
  }
  throw new Error("never");
}

it("spreads every post, also those that a kill -9 caught on the way", async ({ expect }) => {
  const first = await start();
  const anonymous = createClient({ baseUrl: first.url });
  const join = async (handle: string) => {
    const { token, user } = (await anonymous.createUser({ handle, name: handle })) as Session;
    return { user, client: createClient({ baseUrl: first.url, token: () => token }) };
  };
  const [author, reader] = [await join("author"), await join("reader")];
  await reader.client.follow(author.user.id);
  const watcher = await operator(first.url);
  await until(async () => (await author.client.profile("me")).counts.followers === 1);

  const early = await author.client.createPost({ text: "before" });
  expect(await spread(watcher, early.id)).toMatchObject({
    author: author.user.id,
    strategy: "push",
    followers: 1,
    chunks: 1,
    chunksDone: 1,
  });

  const caught = await Promise.all(
    Array.from({ length: 20 }, (_, n) => author.client.createPost({ text: `caught ${n}` })),
  );
  await first.kill();

  const second = await start();
  const again = await operator(second.url);
  const posts = await Promise.all(caught.map(({ id }) => spread(again, id)));
  expect(posts.map(({ chunksDone }) => chunksDone)).toEqual(caught.map(() => 1));
  await until(async () => {
    const { shards } = await again.fanout();
    return shards.every((shard) => shard.events + shard.waiting + shard.outstanding === 0);
  });
  expect(await again.fanoutDeadLetters()).toEqual({ items: [], away: [] });
  await second.stop();
});
