/**
 * Gives up waiting for `call` after `timeoutMs`; what it was asked to do may still happen.
 *
 * @throws Error that names `what`, or what `call` rejects with.
 */
export async function inTime<T>(
  timeoutMs: number,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} does not answer`)), timeoutMs);
  try {
    return await Promise.race([call(), late]);
  } finally {
    // A timer that is still set would keep an object in memory.
    clearTimeout(timer);
  }
}
