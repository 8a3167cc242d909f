import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, it } from "vitest";

import { type Cluster, startCluster } from "../../dev/cluster.ts";

const run = promisify(execFile);
const folder = mkdtempSync(path.join(os.tmpdir(), "edgewise-ldbc-"));
const files = path.join(folder, "files");
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ port: 0, dataFolder: null });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const tool = (script: string, ...args: string[]) =>
  run(process.execPath, [script, ...args, "--data", folder]);

it("imports a network that the product wrote itself, and serves each person the right feed", async ({
  expect,
}) => {
  await tool("dev/world/main.ts", "--users", "60", "--seed", "5", "--ldbc-out", files);
  const target = ["--ldbc", files, "--url", cluster.url, "--secret", cluster.secrets.authSecret];
  const imported = await tool("dev/import/main.ts", ...target);
  expect(imported.stdout).toContain("Reconciled: every row and every count.");

  const checked = await tool("dev/import/check-feeds.ts", ...target);
  expect(checked.stdout).toMatch(
    /Compared (\d+) of \1 persons and [\d,]+ posts .*: 0 feeds differ/,
  );
  const [, posts = "0"] = /and ([\d,]+) posts/.exec(checked.stdout) ?? [];
  expect(Number(posts.replaceAll(",", ""))).toBeGreaterThan(500);
});
