import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import { it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
/** Every command of ours that takes options; the others hand theirs to a tool. */
const COMMANDS = Object.entries(scripts).flatMap(([name, line]) => {
  const file = /^node (\S+\.ts)$/.exec(line)?.[1];
  return file === undefined ? [] : [{ name, file }];
});
const run = (file: string, flag: string) =>
  spawnSync(process.execPath, [file, flag], { cwd: ROOT, encoding: "utf8", timeout: 20_000 });

it.for(COMMANDS)("npm run $name explains itself", ({ file }, { expect }) => {
  const { status, stdout } = run(file, "--help");
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^ *(?:npm|node) /m)]);
});

it.for(COMMANDS)("npm run $name refuses what it does not know", ({ file }, { expect }) => {
  const { status, stderr } = run(file, "--bogus");
  expect([status, stderr]).toEqual([2, expect.stringContaining("--bogus")]);
});
