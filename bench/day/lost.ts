import { setTimeout as delay } from "node:timers/promises";

import type { Acknowledged, Crowd } from "./sample.ts";

/** Reads at once: the product is at rest by now. */
const AT_ONCE = 16;
/** Who is told that the service is busy comes again, as a client does. */
const TRIES = 8;
const BUSY_MS = 1_000;

/** Asks, as whoever wrote, for every write that was acknowledged. @returns those that are not there. */
export async function lostWrites(
  { urls, tokens, region }: Crowd,
  acknowledged: readonly Acknowledged[],
): Promise<{ readonly acknowledged: number; readonly missing: readonly string[] }> {
  const left = [...acknowledged];
  const missing: string[] = [];
  const look = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const answer = await patient(`${urls[0]}/v1/posts/${one.post}`, {
        authorization: `Bearer ${tokens[one.user] ?? ""}`,
        "x-edgewise-region": region,
        "edgewise-consistency": "leader",
      });
      const text = await answer.text();
      const isThere =
        answer.ok && (one.acknowledged === "post" || text.includes('"reaction":"like"'));
      if (!isThere)
        missing.push(
          `${one.acknowledged} of ${one.user} at ${one.post}: ${answer.status} ${text.slice(0, 200)}`,
        );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return { acknowledged: acknowledged.length, missing };
}

async function patient(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, { headers });
    if (answer.status !== 503 || tries === TRIES) return answer;
    await answer.body?.cancel();
    await delay(BUSY_MS);
  }
}
