import type { IncomingMessage } from "node:http";

import type { BodyFault } from "../../../core/ranking/oip-body.ts";
import { err, ok, type Result } from "../../../core/result.ts";

/**
 * Reads a body of at most `bytesMax` bytes, into memory of its own. One that says beforehand that it is
 * larger is not read at all, and what is left of one that is is read and dropped later: the answer must still get through.
 * @returns null when the caller went away in the middle.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Result<Uint8Array, BodyFault> | null> {
  const tooLarge = err({ code: "too_large", field: "body", bytesMax } as const);
  const announced = lengthOf(request);
  if (announced !== null && announced > bytesMax) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // Listeners and no iterator, which takes as long as the kernel does for the bytes.
    const settle = (result: Result<Uint8Array, BodyFault> | null) => {
      request.off("data", take).off("end", end).off("close", gone).off("error", gone);
      request.pause();
      resolve(result);
    };
    const take = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > bytesMax) settle(tooLarge);
      else chunks.push(chunk);
    };
    const end = () => settle(ok(joined(chunks, bytes)));
    const gone = () => settle(null);
    request.on("data", take).once("end", end).once("close", gone).once("error", gone);
  });
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
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
