import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/**
 * What is already loaded: a header line, then one line per finished step with the ids it
 * got. Appended, never rewritten, so a kill costs at most the last line, which is dropped
 * on the next start and whose step is then repeated under the same opIds.
 */
export class Journal {
  readonly file: string;
  readonly #done: Map<string, readonly string[]>;

  private constructor(file: string, done: Map<string, readonly string[]>) {
    this.file = file;
    this.#done = done;
  }

  /** @returns null when there is no journal at `file`. @throws Error when it is not a journal. */
  static open(file: string): { readonly journal: Journal; readonly header: string } | null {
    if (!existsSync(file)) return null;
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    const [header, ...lines] = whole.split("\n").slice(0, -1);
    if (header === undefined) return null;
    const done = new Map<string, readonly string[]>();
    for (const line of lines) {
      const entry: unknown = JSON.parse(line);
      if (!isEntry(entry)) throw new Error(`${file} is not a journal: ${line.slice(0, 80)}`);
      done.set(entry[0], entry[1]);
    }
    return { journal: new Journal(file, done), header };
  }

  /** Replaces what was at `file`. */
  static create(file: string, header: string): Journal {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${header}\n`);
    return new Journal(file, new Map());
  }

  get(step: string): readonly string[] | undefined {
    return this.#done.get(step);
  }

  entries(): Iterable<readonly [string, readonly string[]]> {
    return this.#done.entries();
  }

  record(step: string, ids: readonly string[]): void {
    appendFileSync(this.file, `${JSON.stringify([step, ids])}\n`);
    this.#done.set(step, ids);
  }
}

const isEntry = (value: unknown): value is [string, string[]] =>
  Array.isArray(value) && typeof value[0] === "string" && Array.isArray(value[1]);
