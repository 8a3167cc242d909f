import { createOperatorClient, type OperatorClient } from "../../../client/operator.ts";
import { ApiProblem } from "../../../client/problem.ts";
import { operatorStore, setOperator } from "../state/session.ts";

/** Longer than any section of the gateway's answer may take, and short enough to say that it is away. */
const TIMEOUT_MS = 6_000;

export const clientWith = (token: string | null): OperatorClient =>
  createOperatorClient({ baseUrl: "", token: () => token, timeoutMs: TIMEOUT_MS });

let known: { readonly token: string | null; readonly client: OperatorClient } | null = null;

/** Speaks for whoever is signed in at this tab. */
export function client(): OperatorClient {
  const token = operatorStore.get()?.token ?? null;
  if (known?.token !== token) known = { token, client: clientWith(token) };
  return known.client;
}

/** A token that is no longer accepted ends the session; the sign-in page says so. */
export function leaveIfRefused(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) setOperator(null);
}
