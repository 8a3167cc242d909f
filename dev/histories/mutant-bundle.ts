import { readFileSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";

import { ROOT } from "../../deploy/workers.ts";
import type { Edit } from "../../sim/mutant.ts";
import { MUTANTS } from "../../sim/mutants.ts";

/**
 * The script of the objects with one of the simulator's mistakes in it: what the checkers
 * must notice in the running product too.
 *
 * @throws Error when there is no such mutant, or its text is not in the source exactly once.
 */
export async function mutantScript(name: string): Promise<string> {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined)
    throw new Error(`--mutant takes one of: ${MUTANTS.map((one) => one.name).join(", ")}`);
  return editedBundle("durable-objects/index.ts", mutant.edits);
}

/**
 * A Worker as one script, with edits in its sources.
 * @param entry path from the root.
 * @throws Error when the text of an edit is not in the source exactly once.
 */
export async function editedBundle(entry: string, edits: readonly Edit[]): Promise<string> {
  const byFile = Map.groupBy(edits, ({ file }) => path.join(ROOT, file));
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, entry)],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    loader: { ".sql": "text" },
    write: false,
    plugins: [
      {
        name: "mutant",
        setup(builder) {
          builder.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
            const mine = byFile.get(file);
            if (mine === undefined) return null;
            return { contents: mine.reduce(apply, readFileSync(file, "utf8")), loader: "ts" };
          });
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}

function apply(source: string, { file, find, replace }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`a mutant does not fit ${file}: ${find}`);
  return parts.join(replace);
}
