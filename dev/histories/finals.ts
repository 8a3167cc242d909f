import { setTimeout as delay } from "node:timers/promises";

import type { Failure } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import type { FinalView } from "../../sim/history.ts";
import { readsByShard } from "./assemble.ts";
import type { Product } from "./product.ts";
import type { ShardLog } from "./shard-dump.ts";
import { FOLLOWERS, MAP } from "./shape.ts";

const QUIET_TRIES = 90;
const FINALS_AT_ONCE = 4;

/** Until nothing is left to deliver, twice. */
export async function quiesce(product: Product): Promise<void> {
  let quiet = 0;
  for (let tries = 0; tries < QUIET_TRIES && quiet < 2; tries++) {
    const left = await product.ask<Result<number, Failure>>("/sweep", null);
    quiet = left.ok && left.value === 0 ? quiet + 1 : 0;
    await delay(1_000);
  }
  if (quiet < 2) throw new Error("deliveries never come to an end");
}

/** What every follower says about everything that the logs name. */
export async function readFinals(
  product: Product,
  logs: readonly ShardLog[],
): Promise<readonly FinalView[]> {
  const asked = [...readsByShard(logs, MAP)].flatMap(([shard, reads]) =>
    FOLLOWERS.map((pin) => ({ shard, ...pin, reads })),
  );
  const finals: FinalView[] = [];
  const queue = asked.values();
  const lane = async () => {
    for (const request of queue) {
      const { shard, region, replica } = request;
      finals.push({
        follower: `${shard}:${region}:${replica}`,
        ...(await finalOf(product, request)),
      });
    }
  };
  await Promise.all(Array.from({ length: FINALS_AT_ONCE }, lane));
  return finals;
}

async function finalOf(product: Product, request: unknown): Promise<Pick<FinalView, "seen">> {
  for (let tries = 0; ; tries++) {
    const answer = await product.ask<{ failed: string } | Pick<FinalView, "seen">>(
      "/final",
      request,
    );
    if (!("failed" in answer)) return answer;
    if (tries >= QUIET_TRIES) throw new Error(`no last reads: ${answer.failed}`);
    await delay(500);
  }
}
