import type { Body } from "../middleware/body-limit.ts";

/**
 * Looks at the first `bytes` of a body, fewer when it is shorter.
 *
 * @returns them, and the whole body to be read once more from its beginning.
 */
export async function startOf(
  { headers, body }: Body,
  bytes: number,
): Promise<{ readonly start: Uint8Array; readonly body: Body }> {
  if (body === null) return { start: new Uint8Array(), body: { headers, body } };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < bytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  const start = new Uint8Array(chunks.flatMap((chunk) => [...chunk.subarray(0, bytes)]));
  const again = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const held = chunks.shift();
      if (held !== undefined) return controller.enqueue(held);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { start: start.subarray(0, bytes), body: { headers, body: again } };
}
