import { FailureError } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";

/** Of a request, or of one whose start was looked at. */
export interface Body {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

/**
 * Reads the whole body, but never keeps more than `bytesMax`: Content-Length may be missing
 * or lie, so the bytes are counted as they come.
 *
 * @throws FailureError `too_large`
 */
export async function readBody(
  { headers, body }: Body,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const readMax = bytesMax + LIMITS.bodyDiscardBytesMax;
  const tooLarge = () => new FailureError({ code: "too_large", field: "body", bytesMax });
  if (Number(headers.get("content-length") ?? 0) > readMax) throw tooLarge();
  if (body === null) return new Uint8Array();

  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  while (size <= readMax) {
    const { done, value } = await reader.read();
    if (done) {
      if (size > bytesMax) throw tooLarge();
      return joined(chunks, size);
    }
    size += value.byteLength;
    if (size <= bytesMax) chunks.push(value);
  }
  await reader.cancel();
  throw tooLarge();
}

/** Reads and drops up to `bytesMax`, so that a client which is still sending sees the answer. */
export async function discard(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<void> {
  const reader = body.getReader();
  for (let left = bytesMax; left > 0;) {
    const { done, value } = await reader.read();
    if (done) return;
    left -= value.byteLength;
  }
  await reader.cancel();
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** @throws FailureError `invalid_request` for invalid UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new FailureError({
      code: "invalid_request",
      field: "body",
      reason: "is not valid UTF-8",
    });
  }
}

/** @throws FailureError `unsupported_media` unless the body is declared as `type`. */
export function requireContentType(request: Request, type: string): void {
  const declared = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (declared === type) return;
  throw new FailureError({ code: "unsupported_media", reason: `send the body as ${type}` });
}
