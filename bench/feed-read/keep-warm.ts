/** Well under the seconds after which the runtime forgets an idle object. */
const EVERY_MS = 3_000;

/**
 * Reads a page now and then while other targets are measured. A product under traffic
 * never has idle followers; without this every round would start by filling them anew.
 *
 * @returns stops it.
 */
export function keepWarm(read: () => Promise<unknown>): () => void {
  const timer = setInterval(() => {
    read().catch((error: unknown) => console.error("Keeping the product warm failed:", error));
  }, EVERY_MS);
  return () => clearInterval(timer);
}
