import { spawn } from "node:child_process";
import path from "node:path";

import { ROOT } from "./workers.ts";

/** Tools of the pinned toolchain come first, whatever the host has. */
export const toolEnv = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${path.join(ROOT, "node_modules/.bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
  WRANGLER_SEND_METRICS: "false",
  ...extra,
});

export interface Ran {
  readonly code: number;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
}

/** Runs a command of the toolchain in the root, to its end. Never rejects: a command that cannot start is code 127. */
export function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, args, {
      cwd: ROOT,
      env: toolEnv(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a command that talks to the terminal itself. @returns its exit code. */
export function runAttached(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env: toolEnv(env), stdio: "inherit" });
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
