import { createStore } from "../../app/state/store.ts";
import { readJson, writeText } from "../../app/state/storage.ts";

/** An operator at this tab. Roles and subject are read from the token to draw the page by; the gateway decides. */
export interface Operator {
  readonly token: string;
  readonly who: string;
  readonly roles: readonly string[];
  readonly expiresAtMs: number;
}

/** Of this tab only, and gone with it: an operator's token must not outlive the look. */
const KEY = "edgewise.operator";
/** Who may change something; everybody else with a token that the gateway lets in may look. */
const ACTING_ROLES = ["operator"];

function load(): Operator | null {
  const kept = readJson<Operator>("sessionStorage", KEY);
  return kept !== null && kept.expiresAtMs > Date.now() ? kept : null;
}

export const operatorStore = createStore<Operator | null>(load());

export function setOperator(operator: Operator | null): void {
  writeText("sessionStorage", KEY, operator === null ? null : JSON.stringify(operator));
  operatorStore.set(operator);
}

/** @returns why this operator may not act, in a sentence; null: they may. */
export const whyNotAct = (operator: Operator | null): string | null =>
  operator?.roles.some((role) => ACTING_ROLES.includes(role)) === true
    ? null
    : "Your token may only look: acting needs the role operator.";

/** @returns null for a text that is no token. */
export function operatorFrom(token: string): Operator | null {
  try {
    const claims = JSON.parse(decoded(token.split(".")[1] ?? "")) as Record<string, unknown>;
    const { sub, roles, exp } = claims;
    return {
      token,
      who: typeof sub === "string" ? sub : "unknown",
      roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
      expiresAtMs: typeof exp === "number" ? exp * 1_000 : 0,
    };
  } catch {
    return null;
  }
}

/** base64url of UTF-8, as in a token. */
const decoded = (text: string): string => {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
};
