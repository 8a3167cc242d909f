import { FailureError } from "../../../core/errors.ts";
import type { GatewayContext } from "../context.ts";
import type { Operation } from "../operation.ts";

/** Outside of the API there is nothing to write to. */
export function onlyReads(): never {
  throw new FailureError({ code: "method_not_allowed", allowed: ["GET", "HEAD"] });
}

/**
 * An address under `/v1` that no route answers: 405 when the address exists for other methods, else 404. Only
 * reached by mistakes, so it searches.
 */
export function notFound(operations: readonly Operation[]): (c: GatewayContext) => never {
  return (c) => {
    const path = new URL(c.req.url).pathname;
    const methods = operations
      .filter((op) => patternOf(op.path).test(path))
      .map((op) => op.method.toUpperCase());
    const allowed = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    if (allowed.length > 0) {
      throw new FailureError({ code: "method_not_allowed", allowed: [...new Set(allowed)] });
    }
    throw new FailureError({ code: "not_found", what: "address" });
  };
}

const patternOf = (template: string): RegExp =>
  new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`);
