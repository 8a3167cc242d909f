import { appendFileSync, existsSync, readFileSync } from "node:fs";

import type { Change } from "./changes.ts";

/** All that was acknowledged, one change a line with its time: a later run of the same data goes on from it. */
export class ChangeJournal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param atMs null: it was always so. */
  record(changes: readonly Change[], atMs: number | null): void {
    if (changes.length === 0) return;
    const lines = changes.map((change) => JSON.stringify({ ...change, atMs }));
    appendFileSync(this.#file, `${lines.join("\n")}\n`);
  }

  /** null: there is none. */
  read(): readonly Change[] | null {
    if (!existsSync(this.#file)) return null;
    const lines = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Change);
  }
}
