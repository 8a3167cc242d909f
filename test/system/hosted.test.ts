import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { startProduct } from "./product.ts";

const folder = mkdtempSync(path.join(tmpdir(), "edgewise-hosted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ANY_PORTS = { MARIADB_PORT: "0", REDIS_PORT: "0", EMULATOR_PORT: "0" };
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
  expect(first.said()).toContain("redis://127.0.0.1:");
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
