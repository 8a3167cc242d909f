import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { mintToken } from "../operator/api.ts";
import { DEFAULT_URL, operatorOptions, placeOf, shardMapOf } from "../operator/connect.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { stopOnSignals } from "../operator/stop.ts";
import { DATA_FOLDER } from "../secrets.ts";
import { HttpGraph, type Post } from "./graph.ts";
import { isGreen, reportOf } from "./report.ts";
import { probeProduct } from "./run.ts";
import { probesPerShard, removeProbes, setUpProbes } from "./setup.ts";
import { HORIZONS } from "./tally.ts";

const HELP = `Samples writes on every shard of a running product and asks every follower, by name, at 1, 10
and 60 s after the acknowledgement, whether it shows them.

  npm run prober -- [options]

  --minutes N      how long to write (default 2); the last horizon takes one more
  --rate N         writes a second (default 4)
  --url URL        the product (default ${DEFAULT_URL}, or the port in PORT)
  --shards N       physical shards of the product (default 16)
  --regions LIST   its regions (default ${DEFAULT_REGIONS.map((row) => row.region).join(",")})
  --replicas N     followers of a shard in each region (default 1)
  --token TEXT     an operator's token, where the secret is not known (or EDGEWISE_TOKEN)
  --secret TEXT    signs one (default: AUTH_SECRET, or the local instance's)
  --data FOLDER    of the local instance; its probes are remembered there (default .edgewise/data)
  --remove         deletes the probes of earlier runs instead
  --help           this text

Ends with 1 when a promise is broken or too many followers are away.`;

const text = { type: "string" } as const;
const bool = { type: "boolean" } as const;
const OPTIONS = {
  minutes: text,
  rate: text,
  url: text,
  shards: text,
  regions: text,
  replicas: text,
  token: text,
  secret: text,
  data: text,
  remove: bool,
  help: bool,
} as const;
/** A product that is slower than this to answer counts as away. */
const CALL_TIMEOUT_MS = 5_000;
const TOKEN_RENEW_MS = 30 * 60_000;

async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) {
    console.log(HELP);
    return 0;
  }
  const whole = (name: string, fallback: number, max: number) =>
    numberFlag(flags, name, { min: 1, max }) ?? fallback;
  const fraction = (name: string, fallback: number, min: number, max: number) =>
    numberFlag(flags, name, { min, max, whole: false }) ?? fallback;
  const [forMs, perSecond] = [
    fraction("minutes", 2, 0.05, 24 * 60) * 60_000,
    fraction("rate", 4, 0.1, 10),
  ];
  const map = shardMapOf(whole("shards", 16, 4_096));
  const replicas = whole("replicas", 1, 12);
  const regions = (
    textFlag(flags, "regions") ?? DEFAULT_REGIONS.map((row) => row.region).join()
  ).split(",");
  const pins = regions.flatMap((region) =>
    Array.from({ length: replicas }, (_, replica) => ({ region, replica })),
  );

  const { url, post } = connection(flags);
  const graph = new HttpGraph(post);
  const data = textFlag(flags, "data") ?? DATA_FOLDER;
  const file = path.join(data, `prober${placeOf(url)}.json`);
  const run = `prober:${Date.now().toString(36)}`;
  if (flags.has("remove")) {
    console.log(`${await removeProbes(graph, file, run)} probes deleted`);
    return 0;
  }
  const probes = await setUpProbes(
    graph,
    map,
    probesPerShard(perSecond, map.entries.length),
    file,
    run,
  );
  console.log(
    `${probes.length} probes on ${map.entries.length} shards, ${perSecond} writes a second for ${forMs / 60_000} min at ${url}`,
  );
  const stop = stopOnSignals();
  const plan = { probes, pins, horizons: HORIZONS, perSecond, forMs, run, stop };
  const deps = {
    graph,
    sleep: (ms: number) => delay(ms, undefined, { signal: stop }).catch(() => undefined),
    random: { next: Math.random },
    nowMs: Date.now,
  };
  const result = await probeProduct(plan, deps);
  const followers = `${map.entries.length} shards x ${regions.length} regions x ${replicas}`;
  console.log(reportOf(result, followers));
  return isGreen(result) ? 0 : 1;
}

function connection(flags: ReturnType<typeof readFlags>): {
  readonly url: string;
  readonly post: Post;
} {
  const given = textFlag(flags, "token") ?? process.env["EDGEWISE_TOKEN"];
  // A token of one's own needs no secret: none is looked for then.
  const secret = given === undefined ? textFlag(flags, "secret") : "unused";
  const options = operatorOptions(
    { url: textFlag(flags, "url"), secret, data: textFlag(flags, "data") },
    process.env,
  );
  let minted: { readonly token: Promise<string>; readonly untilMs: number } | null = null;
  const token = async (): Promise<string> => {
    if (given !== undefined) return given;
    const nowMs = Date.now();
    if (minted === null || nowMs > minted.untilMs)
      minted = { token: mintToken(options, "0", nowMs, "loader"), untilMs: nowMs + TOKEN_RENEW_MS };
    return minted.token;
  };
  const post: Post = async (target, body) => {
    const response = await fetch(`${options.url}${target}`, {
      method: "POST",
      headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
  return { url: options.url, post };
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof FlagError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
