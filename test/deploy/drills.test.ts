import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, it } from "vitest";

import { run } from "../../deploy/run.ts";
import { deployAll, type Environment } from "../../deploy/steps.ts";
import { WORKERS, type WorkerPlan } from "../../deploy/workers.ts";
import { build } from "../../dev/build.ts";
import { INJECTED } from "../../platform/faulty-call.ts";

/** What only the code that injects faults says. */
const MARKERS = [INJECTED, "the board of drills", "drills_unknown", "too many calls hang"];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "drills-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The script of a Worker as a deployment would upload it. */
async function uploaded(environment: Environment, worker: WorkerPlan): Promise<string> {
  const outdir = path.join(folder, environment, worker.id);
  // Any folder of assets will do for the script.
  const more = ["--outdir", outdir, ...(worker.id === "gateway" ? ["--assets", "web/public"] : [])];
  const said: string[] = [];
  const request = { environment, dryRun: true, only: [worker.id], databaseUrl: undefined };
  const isDone = await deployAll(request, {
    run: (command, args) => run(command, [...args, ...more]),
    buildWeb: async () => {},
    varsOf: () => ({}),
    say: (line) => void said.push(line),
  });
  if (!isDone) throw new Error(said.join("\n"));
  return readFile(path.join(outdir, "index.js"), "utf8");
}

const found = (script: string) => MARKERS.filter((marker) => script.includes(marker));

describe("faults", () => {
  it("are in every script of a checkout", async ({ expect }) => {
    const { workers } = await build(() => {});
    for (const { name } of WORKERS) {
      const script = await readFile(path.join(workers.get(name) ?? "", "index.js"), "utf8");
      expect([name, found(script)]).toEqual([name, MARKERS]);
    }
  });

  it.concurrent.for(WORKERS)(
    "are not in what production gets of $name",
    async (worker, { expect }) => {
      const script = await uploaded("production", worker);
      expect(script.length).toBeGreaterThan(100_000);
      expect(found(script)).toEqual([]);
      expect(script).not.toMatch(/killForDrill\(|BUILT_WITH_DRILLS \?/);
    },
  );
});
