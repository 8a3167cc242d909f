import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

import { type Acknowledged, lineSchema, type Rate, type Sample, type Told } from "./sample.ts";

const MAIN = path.join(import.meta.dirname, "drive/main.ts");

/** The people of the day, in a process of their own, so that what the bench does takes nothing from them. */
export interface Generator {
  readonly samples: Sample[];
  readonly acknowledged: Acknowledged[];
  readonly told: Told[];
  go(rate: Rate): void;
  /** Resolves once what was asked has been answered. */
  stop(): Promise<void>;
}

/** @param crowdFile JSON of a `Crowd`. */
export function startGenerator(crowdFile: string): Generator {
  const child = spawn(process.execPath, [MAIN, crowdFile], { stdio: ["pipe", "pipe", "inherit"] });
  const generator = {
    samples: [] as Sample[],
    acknowledged: [] as Acknowledged[],
    told: [] as Told[],
  };
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const one = lineSchema.parse(JSON.parse(line));
    if ("acknowledged" in one) generator.acknowledged.push(one);
    else if ("told" in one) generator.told.push(one);
    else generator.samples.push(one);
  });
  let isStopping = false;
  const ended = once(child, "exit");
  child.on("exit", (code) => {
    if (!isStopping) throw new Error(`The generator ended by itself: ${code}`);
  });
  return Object.assign(generator, {
    go: (rate: Rate) => void child.stdin.write(`${JSON.stringify(rate)}\n`),
    stop: async () => {
      isStopping = true;
      child.stdin.end();
      await ended;
    },
  });
}
