import type { FieldPacket } from "mysql2/promise";

const FLAG = { unsigned: 32, binary: 128, enum: 256, set: 2_048 } as const;
/** The collation number that means "bytes, no character set". */
const BINARY = 63;

const NUMBERS: Record<number, string> = {
  1: "INT8",
  2: "INT16",
  3: "INT32",
  8: "INT64",
  9: "INT24",
};
/** Vitess's name for each MySQL column type that needs no flag to tell. */
const PLAIN: Record<number, string> = {
  4: "FLOAT32",
  5: "FLOAT64",
  7: "TIMESTAMP",
  10: "DATE",
  11: "TIME",
  12: "DATETIME",
  13: "YEAR",
  16: "BIT",
  245: "JSON",
  246: "DECIMAL",
  255: "GEOMETRY",
};

export interface WireField {
  readonly name: string;
  /** Absent for the type of a bare NULL, as proto3 JSON leaves out a zero. */
  readonly type?: string;
  readonly table?: string;
  readonly orgTable?: string;
  readonly database?: string;
  readonly orgName?: string;
  readonly columnLength?: number;
  readonly charset?: number;
  readonly decimals?: number;
  readonly flags?: number;
}

export interface WireRow {
  /** Bytes of each cell, decimal; "-1" for NULL. */
  readonly lengths: readonly string[];
  /** All cells that are not NULL, one after another, base64. */
  readonly values?: string;
}

/** A column as the service describes it; zeros and empty texts are left out, as in proto3 JSON. */
export function wireField(field: FieldPacket): WireField {
  const flags = typeof field.flags === "number" ? field.flags : 0;
  const charset = field.characterSet ?? 0;
  const type = typeName(field, flags, charset);
  return {
    name: field.name,
    ...(type === null ? {} : { type }),
    ...nonZero({ table: field.table, orgTable: field.orgTable, orgName: field.orgName }),
    ...nonZero({ database: field.schema ?? field.db ?? "" }),
    ...nonZero({ columnLength: field.columnLength ?? 0, charset, decimals: field.decimals, flags }),
  };
}

const nonZero = <T extends Record<string, string | number>>(fields: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== 0 && value !== ""),
  ) as Partial<T>;

function typeName(field: FieldPacket, flags: number, charset: number): string | null {
  // MariaDB keeps JSON in a text column and says so beside its type; MySQL has a type for it.
  if (field.extendedFormat === "json") return "JSON";
  const code = field.columnType ?? field.type ?? 6;
  const number = NUMBERS[code];
  if (number !== undefined) return flags & FLAG.unsigned ? `U${number}` : number;
  if (flags & FLAG.enum) return "ENUM";
  if (flags & FLAG.set) return "SET";
  const isBinary = charset === BINARY;
  if (code >= 249 && code <= 252) return isBinary ? "BLOB" : "TEXT";
  if (code === 253 || code === 15) return isBinary ? "VARBINARY" : "VARCHAR";
  if (code === 254) return isBinary ? "BINARY" : "CHAR";
  return PLAIN[code] ?? null;
}

export function wireRow(cells: readonly (Buffer | null)[]): WireRow {
  const present = cells.filter((cell) => cell !== null);
  return {
    lengths: cells.map((cell) => String(cell === null ? -1 : cell.length)),
    ...(present.length === 0 ? {} : { values: Buffer.concat(present).toString("base64") }),
  };
}
