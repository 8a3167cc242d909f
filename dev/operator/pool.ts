/**
 * Runs `work` for 0 … count-1, at most `width` at a time, in order of start. After the
 * first failure, or once `stop` is aborted, nothing new starts; what runs is awaited.
 * @throws the first failure.
 */
export async function runPool(
  count: number,
  width: number,
  work: (index: number) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const lane = async (): Promise<void> => {
    while (next < count && failure === null && !stop.aborted) {
      const index = next++;
      try {
        await work(index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
  // Assigned in a closure, which control flow analysis does not see.
  const failed = failure as { readonly error: unknown } | null;
  if (failed !== null) throw failed.error;
}
