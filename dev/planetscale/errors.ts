/** An error as the service answers it, with HTTP 200 for everything that SQL can cause. */
export interface WireError {
  readonly code: string;
  readonly message: string;
}

/** Vitess's status for MySQL's error numbers; every other number is UNKNOWN. */
const CODES: Record<number, string> = {
  1022: "ALREADY_EXISTS",
  1040: "UNAVAILABLE",
  1044: "PERMISSION_DENIED",
  1045: "UNAUTHENTICATED",
  1046: "INVALID_ARGUMENT",
  1048: "FAILED_PRECONDITION",
  1054: "INVALID_ARGUMENT",
  1062: "ALREADY_EXISTS",
  1064: "INVALID_ARGUMENT",
  1105: "UNKNOWN",
  1146: "NOT_FOUND",
  1205: "DEADLINE_EXCEEDED",
  1213: "ABORTED",
  1264: "FAILED_PRECONDITION",
  1317: "CANCELED",
  1406: "FAILED_PRECONDITION",
  3024: "DEADLINE_EXCEEDED",
};

/** Thrown inside the emulator to answer with an error of the service's own, not MySQL's. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function wireError(error: unknown): WireError {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  const { errno, sqlState, message } = error as {
    readonly errno?: number;
    readonly sqlState?: string;
    readonly message: string;
  };
  // Without a MySQL error number the server went away in the middle of the statement.
  if (errno === undefined || errno < 0 || sqlState === undefined)
    return {
      code: "UNAVAILABLE",
      message: fromTablet("Unavailable", `connection lost: ${message}`),
    };
  const code = CODES[errno] ?? "UNKNOWN";
  const detail = `${message} (errno ${errno}) (sqlstate ${sqlState})`;
  return { code, message: fromTablet(camel(code), detail) };
}

const fromTablet = (code: string, detail: string): string =>
  `target: edgewise.-.primary: vttablet: rpc error: code = ${code} desc = ${detail}`;

const camel = (code: string): string =>
  code
    .toLowerCase()
    .split("_")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
