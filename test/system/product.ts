import { spawn } from "node:child_process";

import { toolEnv } from "../../deploy/run.ts";
import { ROOT } from "../../deploy/workers.ts";

/** `npm start` as a person would, less the demo world. Resolves once it says where to look. */
export async function startProduct(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn("node", ["dev/start.ts", "--no-world", ...args], {
    cwd: ROOT,
    env: toolEnv({ PORT: "0", ...env }),
  });
  let said = "";
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
      const app = /App +(http:\/\/\S+)\/\n/.exec(said)?.[1];
      if (app !== undefined && said.includes("Ctrl-C")) resolve(app);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void exited.then(() => reject(new Error(`ended before it was up:\n${said}`)));
  });
  return {
    url,
    said: () => said,
    stop: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      return exited;
    },
  };
}
