import { z } from "zod";

/** The variables that say where leaders keep the truth. */
export interface StoreVars {
  /** `embedded` (the default): in the leader's own SQLite. `mysql`: in `DATABASE_URL`. */
  readonly STORE?: string;
  /** A secret: `https://user:password@host` of a PlanetScale database. */
  readonly DATABASE_URL?: string;
}

export type StoreConfig =
  | { readonly kind: "embedded" }
  | { readonly kind: "mysql"; readonly databaseUrl: string };

const LOCAL = ["127.0.0.1", "localhost"];
const databaseUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  if (url === null || url.username === "" || url.password === "") return false;
  return (
    ["https:", "mysql:"].includes(url.protocol) ||
    (url.protocol === "http:" && LOCAL.includes(url.hostname))
  );
}, "must be https://user:password@host; http only reaches a database on this machine");
const varsSchema = z.object({
  STORE: z.enum(["embedded", "mysql"]).default("embedded"),
  DATABASE_URL: databaseUrl.optional(),
});

/** @throws Error whose message names the variable, and never says what a secret holds. */
export function storeConfigFrom(vars: StoreVars): StoreConfig {
  const parsed = varsSchema.safeParse({ STORE: vars.STORE, DATABASE_URL: vars.DATABASE_URL });
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`Objects configuration: ${issues.join("; ")}`);
  }
  const { STORE, DATABASE_URL } = parsed.data;
  if (STORE === "embedded") return { kind: "embedded" };
  if (DATABASE_URL === undefined)
    throw new Error("Objects configuration: DATABASE_URL: STORE is mysql, which needs it");
  return { kind: "mysql", databaseUrl: DATABASE_URL };
}
