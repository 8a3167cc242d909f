import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { join } from "node:path";

import type { Edit, Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import type { RunOptions, RunResult } from "./run.ts";

type RunSeed = (seed: number, options: RunOptions) => Promise<RunResult>;

const MARK = "mutant";

/**
 * Loads the simulator, and through it the protocol, a second time with one mistake in it.
 * The original stays as it is: each copy is told apart by a query in its addresses.
 *
 * @throws Error when the text to replace is not in the file exactly once.
 */
export async function loadMutant(mutant: Mutant): Promise<RunSeed> {
  install();
  const loaded: { readonly runSeed: RunSeed } = await import(
    `./run.ts?${MARK}=${MUTANTS.indexOf(mutant)}`
  );
  return loaded.runSeed;
}

/** @returns a sentence for each edit whose text is not in its file exactly once: it would change nothing. */
export async function misfitsOf(mutants: readonly Mutant[]): Promise<readonly string[]> {
  const edits = mutants.flatMap(({ name, edits: all }) => all.map((edit) => ({ name, ...edit })));
  const told = edits.map(async ({ name, file, find }): Promise<readonly string[]> => {
    const source = await readFile(join(import.meta.dirname, "..", file), "utf8").catch(() => "");
    const places = source.split(find).length - 1;
    return places === 1 ? [] : [`"${name}" does not fit: ${places} times in ${file}: ${find}`];
  });
  return (await Promise.all(told)).flat();
}

let isInstalled = false;

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const mark = context.parentURL?.match(/\?mutant=\d+$/)?.[0];
      const isOurs = mark !== undefined && specifier.startsWith(".") && !found.url.includes("?");
      return isOurs ? { ...found, url: found.url + mark } : found;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const [address = "", number] = url.split(`?${MARK}=`);
      const mutant = number === undefined ? undefined : MUTANTS[Number(number)];
      const edits = mutant?.edits.filter(({ file }) => address.endsWith(`/${file}`)) ?? [];
      if (edits.length === 0) return loaded;
      return { ...loaded, source: edits.reduce(apply, String(loaded.source)) };
    },
  });
}

function apply(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`a mutant does not fit ${file}: ${find}`);
  return parts.join(replace);
}
