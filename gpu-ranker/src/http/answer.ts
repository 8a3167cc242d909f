import { type Failure, STATUS } from "../../../core/errors.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export const json = (
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

/** The protocol's error document, `error` in words, with our code and the field that is to blame. */
export function refusal(failure: Failure): Answer {
  const field = "field" in failure && failure.field !== undefined ? { field: failure.field } : {};
  const allow = failure.code === "method_not_allowed" ? { allow: failure.allowed.join(", ") } : {};
  const body = { error: inWords(failure), code: failure.code, ...field };
  return json(body, STATUS[failure.code], allow);
}

function inWords(failure: Failure): string {
  switch (failure.code) {
    case "invalid_request":
      return `${failure.field} ${failure.reason}`;
    case "too_large":
      return `${failure.field} is larger than ${failure.bytesMax} bytes`;
    case "not_found":
      return `${failure.what} was not found`;
    case "method_not_allowed":
      return `allowed: ${failure.allowed.join(", ")}`;
    default:
      return "reason" in failure ? failure.reason : failure.code;
  }
}
