import { FailureError } from "../../core/errors.ts";

/**
 * Parses JSON and refuses what two parsers may read differently: a key that occurs twice,
 * and `__proto__`, which some turn into the object's prototype.
 *
 * @throws FailureError `invalid_request`
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid("is not valid JSON");
  }
  refuseAmbiguousKeys(text);
  return value;
}

const invalid = (reason: string) =>
  new FailureError({ code: "invalid_request", field: "body", reason });

/** `json` is known to be valid, so tokens that matter are strings and punctuation. */
function refuseAmbiguousKeys(json: string): void {
  /** Keys of each open object, innermost last; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let expectKey = false;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== "," && expectKey) open.at(-1)?.add(newKey(token, open.at(-1) ?? null));
    expectKey = (token === "{" || token === ",") && open.at(-1) instanceof Set;
  }
}

function newKey(token: string, seen: ReadonlySet<string> | null): string {
  const key = String(JSON.parse(token));
  if (key === "__proto__") throw invalid('may not have the key "__proto__"');
  if (seen?.has(key) === true) throw invalid("has a key twice");
  return key;
}
