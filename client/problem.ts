/**
 * Why a call failed. `code` is the server's (see `/docs#problems`), or `network` when no
 * answer came: offline, aborted connection, or longer than the timeout; or `signed_out` when the account
 * left before the answer came.
 */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: string;
  /** HTTP status; 0 for `network` and `signed_out`. */
  readonly status: number;
  /** One sentence for people; also the message. */
  readonly detail: string;
  /** The part of the request that is wrong. */
  readonly field: string | null;
  readonly retryAfterMs: number | null;
  /** Under which the service's logs have it. */
  readonly traceId: string | null;

  constructor(problem: ProblemFields, options?: ErrorOptions) {
    super(problem.detail, options);
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.field = problem.field ?? null;
    this.retryAfterMs = problem.retryAfterMs ?? null;
    this.traceId = problem.traceId ?? null;
  }
}

export interface ProblemFields {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string | null;
  readonly retryAfterMs?: number | null;
  readonly traceId?: string | null;
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** @param response not `ok`; anything that is not a problem document is told by its status. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const fields = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiProblem({
    code: textOf(fields?.["code"]) ?? `http_${response.status}`,
    status: response.status,
    detail: textOf(fields?.["detail"]) ?? `The server answered ${response.status}.`,
    field: textOf(fields?.["field"]),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null,
    traceId: textOf(fields?.["traceId"]) ?? response.headers.get("edgewise-trace"),
  });
}

export const networkProblem = (cause: unknown): ApiProblem =>
  new ApiProblem(
    { code: "network", status: 0, detail: "No answer came. Check your connection and try again." },
    { cause },
  );

export const signedOutProblem = (): ApiProblem =>
  new ApiProblem({ code: "signed_out", status: 0, detail: "You signed out before this was done." });

/** Nobody's news: who did it has left. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.code === "signed_out";
