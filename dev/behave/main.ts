import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { createClient } from "../../client/client.ts";
import { startCluster } from "../cluster.ts";
import { mintToken, OperatorApi } from "../operator/api.ts";
import { shardMapOf } from "../operator/connect.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { download } from "../rank-log/download.ts";
import { poolOf, startRanker, untilReady } from "../ranker.ts";
import { liveThrough } from "./session.ts";
import { loadBehavingWorld } from "./world.ts";

const OUT = ".edgewise/behaviour";
const HELP = `People whose choices are known use the built product, and make the log that ranking is trained on.

  npm run behave -- [options]
  npm run train -- --log ${OUT}/log.jsonl --truth ${OUT}/truth.jsonl

  --people N      who use it (default 3000)
  --minutes N     for so long (default 20)
  --per-second N  visits (default 8)
  --seed N        other people for each number (default 1)
  --out FOLDER    log.jsonl, as the product wrote it, and truth.jsonl, which only their maker knows
                  (default ${OUT})
  --help          this text

The product runs with a ranker of its own, on data that is thrown away. Everything that is learnt from
goes through its public API: pages, what was shown, opened, read and hidden, reactions, comments, reposts,
follows. Clocks are real, so that a log of twenty minutes knows twenty minutes of the day.`;

const SHARDS = 16;
/** What was shown is logged so much later; people of this kind act at once. */
const SLATE_MS = 5 * 60_000;
/** Sweeps of the log come as often; the last slates need two. */
const LOGGED_MS = 2 * SLATE_MS + 30_000;
const IN_FLIGHT_MAX = 24;
/** One client is behind all of them. */
const RATE_FACTOR = "1000";

const text = { type: "string" } as const;
const OPTIONS = {
  people: text,
  minutes: text,
  "per-second": text,
  seed: text,
  out: text,
  help: { type: "boolean" },
} as const;

const say = (line: string) => console.error(line);

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) return console.log(HELP);
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  const seed = whole("seed", 1, 2 ** 31);
  const options = { seed, people: whole("people", 3_000, 20_000) };
  const seconds = 60 * whole("minutes", 20, 240);
  const visitsPerSecond = whole("per-second", 8, 100);
  const folder = textFlag(flags, "out") ?? OUT;
  await mkdir(folder, { recursive: true });

  const ranker = await startRanker({ folder });
  await untilReady(ranker.url);
  const vars = { SHARDS: String(SHARDS) };
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    vars: {
      gateway: { RATE_FACTOR },
      feed: vars,
      objects: { ...vars, RANK_SLATE_MS: String(SLATE_MS) },
      "ranking-proxy": { RANKER_URLS: poolOf(ranker.url) },
    },
    onStep: say,
    onLog: (level, message) => level === "error" && say(message),
  });
  try {
    const { url } = cluster;
    const minting = { url, secret: cluster.secrets.authSecret, issuer: "edgewise" };
    const nowMs = Date.now;
    const api = new OperatorApi(minting, {
      fetch: (address, init) => fetch(address, init),
      sleep: (ms) => sleep(ms),
      random: { next: Math.random },
      nowMs,
    });
    say(`Loading ${options.people} people`);
    const world = await loadBehavingWorld(api, shardMapOf(SHARDS), { ...options, nowMs: nowMs() });
    const tokens = await Promise.all(world.ids.map((id) => mintToken(minting, id, nowMs())));
    const clients = tokens.map((token) => createClient({ baseUrl: url, token: () => token }));
    const truth = createWriteStream(path.join(folder, "truth.jsonl"));
    const counts = await liveThrough(
      world,
      { seed, seconds, visitsPerSecond, inFlightMax: IN_FLIGHT_MAX },
      {
        clientOf: (person) => clients[person] ?? createClient({ baseUrl: url }),
        nowMs,
        onTruth: (line) => void truth.write(`${JSON.stringify(line)}\n`),
        onProgress: say,
      },
    );
    truth.end();
    await finished(truth);
    say(`Waiting ${Math.round(LOGGED_MS / 60_000)} min, until the last slates are logged`);
    await sleep(LOGGED_MS);
    const token = await mintToken(minting, "0", nowMs());
    const log = createWriteStream(path.join(folder, "log.jsonl"));
    const got = await download(createClient({ baseUrl: url, token: () => token }), (lines) =>
      log.write(lines),
    );
    log.end();
    await finished(log);
    console.log(JSON.stringify({ ...counts, ...got, folder }, null, 2));
  } finally {
    await cluster.stop();
    await ranker.stop();
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof FlagError ? error.message : error);
  process.exitCode = error instanceof FlagError ? 2 : 1;
});
