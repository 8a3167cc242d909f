import type { IncomingMessage } from "node:http";

import type { BodyFault } from "../../../core/ranking/oip-body.ts";
import { err, ok, type Result } from "../../../core/result.ts";

/**
 * Reads a body of at most `bytesMax` bytes, into memory of its own. One that says beforehand that it is
 * larger is not read at all.
 * @returns null when the caller went away in the middle.
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Result<Uint8Array, BodyFault> | null> {
  const tooLarge = err({ code: "too_large", field: "body", bytesMax } as const);
  const announced = lengthOf(request);
  if (announced !== null && announced > bytesMax) return tooLarge;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // What is left of one that is too large is read and dropped later: the answer must still get through.
    const parts: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of parts) {
      bytes += chunk.length;
      if (bytes > bytesMax) return tooLarge;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return ok(body);
}

/**
 * Reads on and drops what comes, since a client that sends on while its connection closes sees a broken
 * pipe instead of its answer. Ends with the body, after `bytesMax` of it, or after `msMax`.
 */
export function discardBody(
  request: IncomingMessage,
  bytesMax: number,
  msMax: number,
): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      request.off("data", count);
      resolve();
    };
    const count = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > bytesMax) end();
    };
    const timer = setTimeout(end, msMax);
    request.on("data", count);
    for (const over of ["end", "close", "error"]) request.once(over, end);
    request.resume();
  });
}

/** Reads bodies as long as all that are under way together stay within a bound. */
export class BodyReader {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** As `readBody`, or "full" when there is no room for as much as the caller announced. */
  async read(
    request: IncomingMessage,
    bytesMax: number,
  ): Promise<Result<Uint8Array, BodyFault> | null | "full"> {
    const bytes = Math.min(bytesMax, lengthOf(request) ?? bytesMax);
    if (this.#bytes + bytes > this.#bytesMax) return "full";
    this.#bytes += bytes;
    try {
      return await readBody(request, bytesMax);
    } finally {
      this.#bytes -= bytes;
    }
  }
}

/** Bytes that the caller announced; null when it did not. */
export function lengthOf({ headers }: IncomingMessage): number | null {
  const bytes = Number(headers["content-length"]);
  return Number.isInteger(bytes) ? bytes : null;
}
