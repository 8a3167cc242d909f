import type { Timer } from "../clock.ts";

/** What `call` answers, or `late` after `ms` or when it fails; it goes on then, and nobody hears of it. */
export async function orLate<T, Late>(
  call: Promise<T>,
  ms: number,
  timer: Timer,
  late: Late,
): Promise<T | Late> {
  const { promise: over, resolve } = Promise.withResolvers<Late>();
  const callOff = timer(Math.max(0, ms), () => resolve(late));
  try {
    return await Promise.race([call.catch(() => late), over]);
  } finally {
    callOff();
  }
}
