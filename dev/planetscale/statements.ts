import { ServiceError } from "./errors.ts";

/** What MariaDB would run and the service refuses: green here must not be red there. */
const REFUSED: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\breturning\b/i, "RETURNING"],
  [/\bjson_table\s*\(/i, "JSON_TABLE"],
  [/\bwith\s+recursive\b/i, "WITH RECURSIVE"],
  [/:=/, "assignment with :="],
  [
    /\bcreate\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:trigger|procedure|function|event)\b/i,
    "stored programs",
  ],
  [/\bforeign\s+key\b/i, "foreign keys in a sharded keyspace"],
];

export type Statement =
  /** Accepted and ignored, as the service's proxy does. */
  { readonly kind: "ignored" } | { readonly kind: "begin" | "end" | "other" };

/** @throws ServiceError for what the service does not run. */
export function inspect(query: string): Statement {
  const bare = withoutText(query).trim();
  if (bare === "") throw new ServiceError("INVALID_ARGUMENT", "query was empty");
  if (/;\s*\S/.test(bare))
    throw new ServiceError(
      "INVALID_ARGUMENT",
      "syntax error: multiple statements are not supported",
    );
  for (const [pattern, what] of REFUSED) {
    if (pattern.test(bare)) throw new ServiceError("UNIMPLEMENTED", `not supported: ${what}`);
  }
  if (/^set\s+@@boost_cached_queries\b/i.test(bare) || /^\s*use\s+\S*@/i.test(query))
    return { kind: "ignored" };
  if (/^(?:begin|start\s+transaction)\b/i.test(bare)) return { kind: "begin" };
  if (/^(?:commit|rollback)\b(?!\s+to\b)/i.test(bare)) return { kind: "end" };
  return { kind: "other" };
}

/** The statement without comments and with its quoted parts emptied, so that content never looks like SQL. */
function withoutText(query: string): string {
  return query.replaceAll(
    /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`[^`]*`|\/\*(?!!)[\s\S]*?\*\/|--\s[^\n]*|#[^\n]*/g,
    (part) => (/^['"`]/.test(part) ? part.slice(0, 1).repeat(2) : " "),
  );
}
