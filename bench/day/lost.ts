import type { Acknowledged, Crowd } from "./sample.ts";

/** Reads at once: the product is at rest by now. */
const AT_ONCE = 16;

/** Asks, as whoever wrote, for every write that was acknowledged. @returns those that are not there. */
export async function lostWrites(
  { urls, tokens, region }: Crowd,
  acknowledged: readonly Acknowledged[],
): Promise<{ readonly acknowledged: number; readonly missing: readonly string[] }> {
  const left = [...acknowledged];
  const missing: string[] = [];
  const look = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const answer = await fetch(`${urls[0]}/v1/posts/${one.post}`, {
        headers: {
          authorization: `Bearer ${tokens[one.user] ?? ""}`,
          "x-edgewise-region": region,
          "edgewise-consistency": "leader",
        },
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
