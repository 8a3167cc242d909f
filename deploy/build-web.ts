import path from "node:path";

import { run } from "./run.ts";
import { ROOT } from "./workers.ts";

/** Where the gateway's wrangler.toml expects the web app. */
export const WEB_DIST = path.join(ROOT, "web/dist");

/** A tool could not build something; the message is what it said. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

/** @throws BuildError */
export async function buildWeb(out: string): Promise<void> {
  const args = ["build", "--config", "web/vite.config.ts", "--outDir", out, "--emptyOutDir"];
  const { code, output } = await run("vite", args);
  if (code !== 0) throw new BuildError(`vite could not build the web app:\n${output}`);
}
