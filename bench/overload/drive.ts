import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { type Driven, drivenSchema, type Heard, type Plan } from "./drive/plan.ts";

const run = promisify(execFile);

/** One round of the generator, in a process of its own. @throws Error when that fails. */
export async function drive(plan: Plan, folder: string): Promise<Driven> {
  const file = path.join(folder, "plan.json");
  await writeFile(file, JSON.stringify(plan));
  const generator = path.join(import.meta.dirname, "drive/generator.ts");
  const timeout = (plan.leadSeconds + plan.seconds + 30) * 1_000 + plan.giveUpMs;
  const { stdout } = await run(process.execPath, [generator, file], { timeout });
  return drivenSchema.parse(JSON.parse(stdout));
}

export const ofLabel = ({ streams }: Driven, label: string): Heard => {
  const found = streams.find((one) => one.label === label);
  if (found === undefined) throw new RangeError(`no stream ${label}`);
  return found;
};

export const sumOf = ({ streams }: Driven, pick: (heard: Heard) => number): number =>
  streams.reduce((sum, heard) => sum + pick(heard), 0);
