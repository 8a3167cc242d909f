import { LIMITS } from "../core/limits.ts";

/** How long one attempt to send this may take, ms: its size over a slow line, and the usual wait for an answer. */
export const uploadTimeoutMs = (body: BodyInit): number =>
  LIMITS.clientTimeoutMs +
  Math.ceil(((bytesOf(body) ?? LIMITS.videoBytesMax) * 1_000) / LIMITS.uploadBytesPerSecondMin);

/** null when only sending it would tell, such as a stream. */
function bytesOf(body: BodyInit): number | null {
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  return typeof body === "string" ? new TextEncoder().encode(body).byteLength : null;
}
