import { parseArgs } from "node:util";

import { BuildError } from "../deploy/build-web.ts";
import { FlagError } from "../dev/operator/flags.ts";
import { OperatorError } from "../dev/operator/api.ts";
import { fanOut } from "./fan-out/fan-out.ts";
import { HELP as FAN_OUT_HELP } from "./fan-out/options.ts";
import { feedRead } from "./feed-read/feed-read.ts";
import { HELP as FEED_READ_HELP } from "./feed-read/options.ts";
import { followerHit } from "./follower-hit/follower-hit.ts";
import { HELP as FOLLOWER_HIT_HELP } from "./follower-hit/options.ts";
import { HELP as OPS_HELP } from "./ops/options.ts";
import { ops } from "./ops/ops.ts";
import { HELP as RANKER_FAULTS_HELP } from "./ranker-faults/options.ts";
import { rankerFaults } from "./ranker-faults/ranker-faults.ts";
import { HELP as RANKER_HELP } from "./ranker/options.ts";
import { ranker } from "./ranker/ranker.ts";
import { HELP as RANKER_SWAP_HELP } from "./ranker/swap-options.ts";
import { rankerSwap } from "./ranker/swap.ts";
import { HELP as ROLLOUTS_HELP } from "./rollouts/options.ts";
import { rollouts } from "./rollouts/rollouts.ts";
import { HELP as SOCKETS_HELP } from "./sockets/options.ts";
import { sockets } from "./sockets/sockets.ts";
import { hitRates } from "./hit-rates/hit-rates.ts";
import { HELP as HIT_RATES_HELP } from "./hit-rates/options.ts";
import { HELP as TAO_HELP } from "./tao/options.ts";
import { tao } from "./tao/tao.ts";
import { HELP as WEB_HELP } from "./web/options.ts";
import { web } from "./web/web.ts";

interface Bench {
  readonly about: string;
  readonly help: string;
  /** @returns the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

const BENCHES: ReadonlyMap<string, Bench> = new Map([
  [
    "fan-out",
    {
      about: "cost and speed of a post on its way to followers, and the threshold between two ways",
      help: FAN_OUT_HELP,
      run: fanOut,
    },
  ],
  [
    "feed-read",
    {
      about: "CPU, rate and latency of the home feed beside the platform's floor",
      help: FEED_READ_HELP,
      run: feedRead,
    },
  ],
  [
    "follower-hit",
    {
      about: "CPU of a follower's hit beside a bare object call of the same payload",
      help: FOLLOWER_HIT_HELP,
      run: followerHit,
    },
  ],
  [
    "ops",
    {
      about: "the operators' dashboard with a day of history: its API, and its page in Chromium",
      help: OPS_HELP,
      run: ops,
    },
  ],
  [
    "ranker-faults",
    {
      about: "ranking while rankers are killed, hang, are slow, fail, talk nonsense and come back",
      help: RANKER_FAULTS_HELP,
      run: rankerFaults,
    },
  ],
  [
    "rollouts",
    {
      about: "a bad and a good change rolled out, and how soon a kill reaches every isolate",
      help: ROLLOUTS_HELP,
      run: rollouts,
    },
  ],
  [
    "ranker",
    {
      about: "latency and capacity of the model server, with and without batches and admission",
      help: RANKER_HELP,
      run: ranker,
    },
  ],
  [
    "ranker-swap",
    {
      about: "the model server under load while models are swapped, tried on a few, and shadowed",
      help: RANKER_SWAP_HELP,
      run: rankerSwap,
    },
  ],
  [
    "sockets",
    {
      about: "viewers that listen, a reconnect storm, and what was lost in it",
      help: SOCKETS_HELP,
      run: sockets,
    },
  ],
  [
    "hit-rates",
    {
      about: "hits of the six cache layers in a slice of a day's busiest hour",
      help: HIT_RATES_HELP,
      run: hitRates,
    },
  ],
  [
    "tao",
    {
      about: "hit rates, latency, invalidation lag and capacity of the graph layer",
      help: TAO_HELP,
      run: tao,
    },
  ],
  [
    "web",
    {
      about: "size of the web app, and how soon it shows on a slow phone",
      help: WEB_HELP,
      run: web,
    },
  ],
]);

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const bench = BENCHES.get(name);
  if (bench === undefined) {
    if (name === "" || name === "--help") {
      console.log(listOfBenches());
      return 0;
    }
    console.error(`There is no bench "${name}".\n\n${listOfBenches()}`);
    return 2;
  }
  if (wantsHelp(args)) {
    console.log(bench.help);
    return 0;
  }
  try {
    return await bench.run(args);
  } catch (error) {
    const isExplained =
      error instanceof FlagError || error instanceof BuildError || error instanceof OperatorError;
    console.error(isExplained ? error.message : error);
    return error instanceof FlagError ? 2 : 1;
  }
}

const wantsHelp = (args: readonly string[]): boolean =>
  parseArgs({ args: [...args], options: { help: { type: "boolean" } }, strict: false }).values
    .help === true;

const listOfBenches = (): string =>
  [
    "npm run bench -- NAME [options]; --help after a name says which.",
    "",
    ...[...BENCHES].map(([name, { about }]) => `  ${name.padEnd(15)}${about}`),
  ].join("\n");

process.exitCode = await main(process.argv.slice(2));
