import type { Row } from "./rows.ts";

/** Where a row is: enough to find it again. */
export type RowRef = Pick<Row, "file" | "line">;

export interface Rejection extends RowRef {
  readonly reason: string;
}

interface Account {
  read: number;
  imported: number;
  rejected: number;
  readonly ignored: Map<string, number>;
}

/** Rejections named in the report; past this they are only counted. */
const NAMED_MAX = 1_000;

/** The books of an import: every row that is read ends as imported, ignored under a declared kind, or rejected. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  readonly #rejections: Rejection[] = [];

  #of(account: string): Account {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const fresh: Account = { read: 0, imported: 0, rejected: 0, ignored: new Map() };
    this.#accounts.set(account, fresh);
    return fresh;
  }

  read(row: RowRef): void {
    this.#of(row.file).read += 1;
  }

  imported(row: RowRef): void {
    this.#of(row.file).imported += 1;
  }

  ignored(row: RowRef, kind: string): void {
    const { ignored } = this.#of(row.file);
    ignored.set(kind, (ignored.get(kind) ?? 0) + 1);
  }

  rejected(row: RowRef, reason: string): void {
    this.#of(row.file).rejected += 1;
    if (this.#rejections.length < NAMED_MAX) {
      this.#rejections.push({ file: row.file, line: row.line, reason });
    }
  }

  get rejections(): readonly Rejection[] {
    return this.#rejections;
  }

  /** One line a file; `missing` is what is on no other column, and must be 0. */
  table() {
    return [...this.#accounts]
      .map(([file, account]) => {
        const ignored = [...account.ignored.values()].reduce((sum, count) => sum + count, 0);
        return {
          file,
          read: account.read,
          imported: account.imported,
          ignored,
          ignoredAs: [...account.ignored].map(([kind, count]) => `${kind} ${count}`).join(", "),
          rejected: account.rejected,
          missing: account.read - account.imported - ignored - account.rejected,
        };
      })
      .toSorted((a, b) => a.file.localeCompare(b.file));
  }
}
