import { FailureError } from "../../core/errors.ts";

/**
 * Parses JSON and refuses what two parsers may read differently: a key that occurs twice,
 * `__proto__`, which some turn into the object's prototype, and half a surrogate pair,
 * which no UTF-8 can store.
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
  refuseAmbiguity(text);
  return value;
}

const invalid = (reason: string) =>
  new FailureError({ code: "invalid_request", field: "body", reason });

/**
 * Reads the tokens once, without recursion, however deep they are nested. `json` is known
 * to be valid, so only strings and punctuation matter.
 */
function refuseAmbiguity(json: string): void {
  /** Keys of each open object, innermost last; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let expectKey = false;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") open.pop();
    else if (token !== ",") {
      const text = stringOf(token);
      if (expectKey) addKey(open.at(-1) ?? new Set(), text);
    }
    expectKey = (token === "{" || token === ",") && open.at(-1) instanceof Set;
  }
}

/** Bytes were checked as UTF-8 before, so only an escape can make half a pair. */
function stringOf(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  const text = String(JSON.parse(token));
  if (!text.isWellFormed()) throw invalid("has half a surrogate pair");
  return text;
}

function addKey(keys: Set<string>, key: string): void {
  if (key === "__proto__") throw invalid('may not have the key "__proto__"');
  if (keys.has(key)) throw invalid("has a key twice");
  keys.add(key);
}
