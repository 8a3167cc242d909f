import { it } from "vitest";

import { Downtime } from "../../dev/feeds/downtime.ts";
import { FarPages } from "../../dev/feeds/far-pages.ts";
import { Findings } from "../../dev/feeds/findings.ts";
import { Lags } from "../../dev/feeds/lags.ts";
import { SeededRandom } from "../../sim/random.ts";

/** A post is deleted at 1,000; a gateway elsewhere shows it whenever it is asked at `served`. */
async function followed(served: readonly number[]) {
  const [findings, gone] = [new Findings(), new Lags()];
  const asked = [0, ...served];
  const farPages = new FarPages({
    people: {
      tryRead: async <T>() => {
        const askedMs = asked.shift();
        const status = askedMs === undefined ? 404 : 200;
        return { status, body: null as T, askedMs: askedMs ?? 90_000, answeredMs: 90_000 };
      },
    },
    random: new SeededRandom(1),
    downtime: new Downtime(),
    findings,
    gone,
    boundMs: 10_000,
    followedMax: 1,
    pauseMs: { min: 1, max: 2 },
    elsewhereUrl: async () => "http://elsewhere",
  });
  const isShown = await farPages.isShown("9");
  farPages.follow("9", 1_000);
  const isRoom = await farPages.isShown("8");
  await farPages.ended();
  return { isShown, isRoom, leaks: findings.total, servedMs: gone.rows()[0]?.max };
}

it("a page may be served for its age and the bound after a deletion, and its last time counts", async ({
  expect,
}) => {
  const atMost = await followed([2_000, 41_000]);
  expect(atMost).toEqual({ isShown: true, isRoom: false, leaks: 0, servedMs: 40_000 });
  expect(await followed([2_000, 41_001])).toMatchObject({ leaks: 1, servedMs: 40_001 });
  expect(await followed([])).toMatchObject({ leaks: 0, servedMs: 0 });
});
