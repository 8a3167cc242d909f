import { ApiProblem } from "../../../client/problem.ts";

/** What to tell the reader about a failed call, in a sentence. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiProblem)) return "Something went wrong. Try again.";
  return /[.!?]$/.test(error.detail) ? error.detail : `${error.detail}.`;
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiProblem && error.status === 404;

/** Of a call that was answered; null of any other. */
export const referenceOf = (error: unknown): string | null =>
  error instanceof ApiProblem ? error.traceId : null;
