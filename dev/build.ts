import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

import { BuildError, buildWeb } from "../deploy/build-web.ts";
import { run } from "../deploy/run.ts";
import { ROOT, WORKERS, type WorkerPlan } from "../deploy/workers.ts";

const BUILDS = path.join(ROOT, ".edgewise/build");
/** Builds kept per part: the one in use, and a few to switch branches without building again. */
const BUILDS_KEPT = 4;

export interface Build {
  /** Folder of each Worker's bundle, by Worker name. */
  readonly workers: ReadonlyMap<string, string>;
  /** Folder of the built web app. */
  readonly web: string;
}

/**
 * Builds the web app and every Worker, with the bundler that a deployment uses. A build is
 * named for the content of its sources, so what has not changed is not built again, and two
 * builds at once cannot disturb each other.
 *
 * @throws BuildError
 */
export async function build(onStep: (text: string) => void): Promise<Build> {
  const web = cached("web", webSources(), onStep, buildWeb);
  const workers = new Map<string, string>();
  // One bundler beside vite's: enough for two cores, and each is done within seconds.
  for (const worker of WORKERS) {
    const sources = workerSources(worker);
    workers.set(
      worker.name,
      await cached(worker.name, sources, onStep, (out) => bundle(worker, out)),
    );
  }
  return { workers, web: await web };
}

const sourcesIn = (folders: readonly string[]): string[] =>
  globSync(
    folders.map((folder) => `${folder}/**/*`),
    { cwd: ROOT, exclude: (name) => name === "dist" || name === "node_modules" },
  );

const webSources = (): string[] => [...sourcesIn(["web", "client", "core"]), "package-lock.json"];

const workerSources = (worker: WorkerPlan): string[] => [
  ...sourcesIn(["core", "platform", "db", worker.folder]),
  worker.config,
  "package-lock.json",
];

async function cached(
  name: string,
  sources: readonly string[],
  onStep: (text: string) => void,
  make: (out: string) => Promise<void>,
): Promise<string> {
  const folder = path.join(BUILDS, name);
  const out = path.join(folder, await contentHash(sources));
  if (existsSync(out)) return out;

  onStep(`Building ${name}`);
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(path.join(folder, "scratch-"));
  try {
    await make(scratch);
    await rename(scratch, out).catch((error: unknown) => {
      if (!existsSync(out)) throw error; // Otherwise another build of the same content was faster.
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  await forgetOldBuilds(folder);
  return out;
}

async function contentHash(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    const full = path.join(ROOT, file);
    if (!(await stat(full)).isFile()) continue;
    hash.update(`${file}\0`).update(readFileSync(full)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

async function forgetOldBuilds(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("scratch-"));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const old = dated.toSorted((a, b) => b.atMs - a.atMs).slice(BUILDS_KEPT);
  await Promise.all(
    old.map(({ name }) => rm(path.join(folder, name), { recursive: true, force: true })),
  );
}

async function bundle(worker: WorkerPlan, out: string): Promise<void> {
  // `deploy` looks for the assets folder even on a dry run; any folder will do for the bundle.
  const assets = worker.id === "gateway" ? ["--assets", "web/public"] : [];
  const args = [
    "deploy",
    "--dry-run",
    "--env",
    "",
    "-c",
    worker.config,
    "--outdir",
    out,
    ...assets,
  ];
  const { code, output } = await run("wrangler", args);
  if (code !== 0) throw new BuildError(`wrangler could not build ${worker.name}:\n${output}`);
}
