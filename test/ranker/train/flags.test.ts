import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { it, onTestFinished } from "vitest";

const MAIN = path.join(import.meta.dirname, "../../../gpu-ranker/train/main.ts");

it("writes over no version, and outside no folder", ({ expect }) => {
  const models = mkdtempSync(path.join(os.tmpdir(), "models-"));
  onTestFinished(() => rmSync(models, { recursive: true }));
  mkdirSync(path.join(models, "v1"));
  const train = (version: string) =>
    spawnSync(process.execPath, [MAIN, "--models", models, "--version", version, "--days", "1"], {
      encoding: "utf8",
    });
  const again = train("v1");
  expect([again.status, again.stderr.split("\n")[0]]).toEqual([2, "version v1 is there already"]);
  expect(train("../v2")).toMatchObject({ status: 2 });
  expect(readdirSync(models)).toEqual(["v1"]);
});
