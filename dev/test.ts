import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { runAttached } from "../deploy/run.ts";
import { ROOT } from "../deploy/workers.ts";
import { softwareVulkan } from "./software-vulkan.ts";
import { readSwitches } from "./switches.ts";
import { tally, type VitestReport } from "./tally.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Runs an accelerator's path on a software device; a GPU is not needed. */
const WEBGPU_TEST = "test/system/ranker-webgpu.test.ts";
const REPORT = path.join(ROOT, ".edgewise/test-report.json");

const HELP = `Checks format, lint and types, then runs every test.

  npm test -- [options]

  --require-browser   fail, rather than leave out the browser tests, when there is no Chromium
  --help              this text`;

/** In the order of how quickly they fail. */
const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["format", "oxfmt", "--check", "."],
  ["lint", "oxlint", "."],
  ["types", "tsc", "--noEmit", "-p", "."],
  ["types of core", "tsc", "--noEmit", "-p", "core"],
  ["types of web", "tsc", "--noEmit", "-p", "web"],
  ["types of the service worker", "tsc", "--noEmit", "-p", "web/sw"],
];

const switches = readSwitches(HELP, ["require-browser"]);
process.exitCode = await main();

/** @returns the exit code. */
async function main(): Promise<number> {
  const problems: string[] = [];
  for (const [name, command, ...args] of CHECKS) {
    console.log(`\n== ${name}`);
    if ((await runAttached(command, args)) !== 0) problems.push(`${name} failed`);
  }

  console.log("\n== tests");
  const notRun: string[] = [];
  const projects = ["node", "objects", "system"];
  if (await haveChromium()) projects.push("browser");
  else
    (switches["require-browser"] ? problems : notRun).push(
      `browser tests not run: no ${CHROMIUM} (install Chromium to run them)`,
    );

  const vulkan = await softwareVulkan();
  const left = typeof vulkan === "string" ? [WEBGPU_TEST] : [];
  if (typeof vulkan === "string") notRun.push(`${WEBGPU_TEST} not run: ${vulkan}`);

  const { passed, failed, why } = await vitest(projects, left);
  problems.push(...why);

  console.log();
  for (const line of notRun) console.log(`Note: ${line}`);
  for (const line of problems) console.log(`Problem: ${line}`);
  console.log(`Tests: ${passed} passed, ${failed} failed`);
  return problems.length === 0 && failed === 0 ? 0 : 1;
}

/** @param left files that cannot run here. */
async function vitest(
  projects: readonly string[],
  left: readonly string[],
): Promise<ReturnType<typeof tally>> {
  mkdirSync(path.dirname(REPORT), { recursive: true });
  rmSync(REPORT, { force: true });
  const chosen = projects.flatMap((project) => ["--project", project]);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const code = await runAttached("vitest", [
    "run",
    ...chosen,
    ...left.flatMap((file) => ["--exclude", file]),
    ...reporters,
  ]);
  const report = existsSync(REPORT)
    ? (JSON.parse(readFileSync(REPORT, "utf8")) as VitestReport)
    : null;
  return tally(report, code);
}

/** Debian's Chromium is installed when that takes no more than asking for it. */
async function haveChromium(): Promise<boolean> {
  if (existsSync(CHROMIUM)) return true;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.log("Installing Chromium for the browser tests");
  await runAttached("apt-get", ["-qq", "update"]);
  await runAttached("apt-get", ["-qq", "install", "-y", "--no-install-recommends", "chromium"], {
    DEBIAN_FRONTEND: "noninteractive",
  });
  return existsSync(CHROMIUM);
}
