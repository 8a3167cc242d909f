import { appendFileSync, existsSync, readFileSync } from "node:fs";

import type { Change } from "./changes.ts";

/** All that was acknowledged, one change a line: a later run of the same data goes on from it. */
export class ChangeJournal {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  record(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    appendFileSync(this.#file, `${changes.map((change) => JSON.stringify(change)).join("\n")}\n`);
  }

  /** null: there is none. */
  read(): readonly Change[] | null {
    if (!existsSync(this.#file)) return null;
    const lines = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Change);
  }
}
