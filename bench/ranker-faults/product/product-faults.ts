import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LIMITS } from "../../../core/limits.ts";
import { type Cluster, startCluster } from "../../../dev/cluster.ts";
import { untilReady } from "../../../dev/ranker.ts";
import { lookWorker, type RankingLook, rankingLook } from "../../../dev/ranking/look-worker.ts";
import { startRankerShim } from "../../../dev/ranking/shim.ts";
import type { Sample } from "../load.ts";
import { watchMachine } from "../machine.ts";
import type { RankerFaultsOptions } from "../options.ts";
import { reportOf, reportText } from "../report.ts";
import { historyOf, type Outcome } from "../run.ts";
import { askFeed, people, REGIONS } from "./feeds.ts";
import {
  type Place,
  PRODUCT_SCENARIOS,
  type ProductScenario,
  startPlaceRanker,
} from "./mishaps.ts";

/** First requests compile an isolate and open connections: they are not what this is about. */
const WARM_REQUESTS = 30;

/** A breaker is open for 30 s, and a level that came of it ends 30 s later, or 60 if it came twice. */
const LEFT_MS_MAX = 180_000;
const ASK_EVERY_MS = 100;
/** A level's few probes are ranked, too: so many in a row are none. */
const RANKED_IN_A_ROW = 10;

interface Running {
  readonly cluster: Cluster;
  readonly look: RankingLook;
  readonly tokens: readonly string[];
  readonly options: RankerFaultsOptions;
}

/** The same faults under the load of feed requests, with a real ranker per region. @returns the exit code. */
export async function productFaults(asked: RankerFaultsOptions): Promise<number> {
  const options = { ...asked, rows: Math.min(asked.rows, LIMITS.rankedSegment) };
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-ranker-faults-"));
  const places: Place[] = [];
  for (const region of REGIONS.slice(0, options.atOnce)) {
    const ranker = await startPlaceRanker(path.join(folder, region));
    await untilReady(ranker.url);
    places.push({
      region,
      ranker,
      shim: await startRankerShim(ranker.port),
      folder: path.join(folder, region),
    });
  }
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    vars: {
      gateway: { REQUEST_BUDGET_MS: String(options.budgetMs) },
      // Every request builds its page, and asks a ranker for it.
      feed: { FEED_CACHE: "off" },
      "ranking-proxy": { RANKER_URLS: JSON.stringify(places.map(poolOf)) },
    },
    moreWorkers: [await lookWorker()],
    onLog: (level, message) => level === "error" && console.error(message),
  });
  try {
    const tokens = await people(cluster, options.rows);
    const running = { cluster, look: await rankingLook(cluster), tokens, options };
    const scenarios = PRODUCT_SCENARIOS.filter(({ name }) => name.includes(options.only));
    const outcomes: Outcome[] = [];
    const stopWatch = watchMachine(3_600);
    for (let at = 0; at < scenarios.length; at += places.length) {
      const some = scenarios.slice(at, at + places.length);
      console.error(`Running ${some.map(({ name }) => name).join("; ")}`);
      outcomes.push(
        ...(await Promise.all(
          some.flatMap((scenario, n) => {
            const place = places[n];
            return place === undefined ? [] : [runScenario(scenario, place, running)];
          }),
        )),
      );
    }
    const report = reportOf(options, outcomes, stopWatch());
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report.isMet ? 0 : 1;
  } finally {
    await cluster.stop();
    for (const { shim, ranker } of places) {
      await shim.close();
      await ranker.kill();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

const poolOf = ({ region, shim }: Place) => ({
  name: region,
  servers: [shim.url],
  weights: { [region]: 1 },
});

async function runScenario(
  scenario: ProductScenario,
  place: Place,
  { cluster, look, tokens, options }: Running,
): Promise<Outcome> {
  const ask = (n: number, dueMs: number) =>
    askFeed(cluster, place, tokens[n % tokens.length] ?? "", dueMs);
  for (let n = 0; n < WARM_REQUESTS; n++) await ask(n, Date.now());
  await untilRanked(() => ask(Math.floor(Math.random() * tokens.length), Date.now()));
  const { beforeSeconds, faultSeconds, afterSeconds, ratePerSecond } = options;
  const startMs = Date.now();
  const asked: Promise<Sample>[] = [];
  const count = (beforeSeconds + faultSeconds + afterSeconds) * ratePerSecond;
  const asking = (async () => {
    for (let n = 0; n < count; n++) {
      const dueMs = startMs + (n * 1_000) / ratePerSecond;
      await sleep(Math.max(0, dueMs - Date.now()));
      asked.push(ask(n, dueMs));
    }
    return Promise.all(asked);
  })();
  await sleep(beforeSeconds * 1_000);
  const faultMs = Date.now();
  await scenario.strike(place);
  await sleep(Math.max(0, faultMs + faultSeconds * 1_000 - Date.now()));
  await scenario.heal(place);
  const healedMs = Date.now();
  const samples = await asking;
  const { regions } = await look.stats();
  const { region, shim } = place;
  const transitions = historyOf(regions[region]).filter(({ atMs }) => atMs >= startMs);
  const stage = { scenario, region, servers: [shim.url] };
  const seen = { [shim.url]: shim.seen.filter(({ atMs }) => atMs >= startMs) };
  return { stage, startMs, faultMs, healedMs, samples, transitions, seen };
}

/** What the last scenario left behind, an open breaker say, is none of the next one's. @throws Error when it stays. */
async function untilRanked(ask: () => Promise<Sample>): Promise<void> {
  const endMs = Date.now() + LEFT_MS_MAX;
  for (let inARow = 0; inARow < RANKED_IN_A_ROW;) {
    inARow = (await ask()).mode === "ranked" ? inARow + 1 : 0;
    if (Date.now() > endMs)
      throw new Error("the place does not come back from the scenario before");
    await sleep(ASK_EVERY_MS);
  }
}
