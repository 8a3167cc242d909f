import { setTimeout as delay } from "node:timers/promises";

import type { FanoutReport } from "../../core/feed/fanout/admin.ts";
import type { People } from "./people.ts";

const TRIES_MAX = 240;
const POLL_MS = 500;
/** Reports in a row that say that nothing is left, with every log read as far as before. */
const QUIET_REPORTS = 4;

/**
 * Waits until all that was written has reached every feed cache: nothing waits in fan-out and no log
 * is read any further. Followers hear of writes in less time than that takes.
 * @throws Error when it never ends, or something was put aside.
 */
export async function untilQuiet(people: People): Promise<void> {
  let quiet = 0;
  let before = "";
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const { body, status } = await people.read<FanoutReport>("0", "/v1/admin/fanout", {
      region: "us-east",
    });
    if (status !== 200) throw new Error(`/v1/admin/fanout: ${status}`);
    const dead = body.shards.reduce((sum, shard) => sum + shard.dead, 0);
    if (dead > 0) throw new Error(`fan-out put ${dead} chunks aside`);
    const isIdle = body.shards.every(
      ({ events, waiting, outstanding, failure }) =>
        failure === null && events + waiting + outstanding === 0,
    );
    const positions = body.shards.map(({ position }) => position).join(" ");
    quiet = isIdle && positions === before ? quiet + 1 : 0;
    before = positions;
    if (quiet >= QUIET_REPORTS) return;
    await delay(POLL_MS);
  }
  throw new Error("fan-out never comes to rest");
}
