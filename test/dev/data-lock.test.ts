import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, it } from "vitest";

import { holdData } from "../../dev/data-lock.ts";
import { ROOT } from "../../deploy/workers.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edgewise-lock-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("lets one product at a time run over a folder, and says who does", ({ expect }) => {
  const data = path.join(folder, "a", "new");
  const letGo = holdData(data, "Stop it.");
  expect(() => holdData(data, "Stop it.")).toThrow(
    `Another product runs over ${data} (process ${process.pid}).\nStop it.`,
  );
  letGo();
  holdData(data, "")();
});

it("says why nothing can be kept where no folder can be", async ({ expect }) => {
  const file = path.join(folder, "file");
  await writeFile(file, "");
  expect(() => holdData(path.join(file, "data"), "")).toThrow("No data can be kept in");
});

it("is free again when the process that held it was killed", async ({ expect }) => {
  const data = path.join(folder, "killed");
  const code = `const { holdData } = await import("./dev/data-lock.ts"); holdData(${JSON.stringify(data)}, "");
    console.log("held"); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT });
  await once(child.stdout, "data");
  expect(() => holdData(data, "")).toThrow(`(process ${child.pid})`);
  child.kill("SIGKILL");
  await once(child, "exit");
  holdData(data, "")();
});
