import { createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import { cachesBetween } from "../../core/telemetry/cache-difference.ts";
import { mintToken } from "../operator/api.ts";
import { DEFAULT_URL, operatorOptions } from "../operator/connect.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { tableOf } from "./table.ts";

const HELP = `Shows what each of the six cache layers has answered, with its denominator and target.

  npm run caches -- [options]

  --for SECONDS  what is counted from now on, for so long; otherwise all since each part began to count
  --regions      a table for each region too
  --json         the endpoint's answer instead of tables
  --url URL      the product (default ${DEFAULT_URL}, or the port in PORT)
  --token TEXT   an operator's token, where the secret is not known (or EDGEWISE_TOKEN)
  --secret TEXT  signs one (default: AUTH_SECRET, or the local instance's)
  --data FOLDER  of the local instance (default .edgewise/data)
  --help         this text

Followers, leaders and feed buckets count from when they woke up, and looking wakes those that sleep.`;

const text = { type: "string" } as const;
const yes = { type: "boolean" } as const;
const OPTIONS = {
  for: text,
  regions: yes,
  json: yes,
  url: text,
  token: text,
  secret: text,
  data: text,
  help: yes,
} as const;
const SECONDS_MAX = 86_400;

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) return console.log(HELP);
  const seconds = numberFlag(flags, "for", { min: 1, max: SECONDS_MAX });

  const given = textFlag(flags, "token") ?? process.env["EDGEWISE_TOKEN"];
  // A token of one's own needs no secret: none is looked for then.
  const secret = given === undefined ? textFlag(flags, "secret") : "unused";
  const from = { url: textFlag(flags, "url"), secret, data: textFlag(flags, "data") };
  const options = operatorOptions(from, process.env);
  const token = given ?? (await mintToken(options, "0", Date.now()));
  const client = createClient({ baseUrl: options.url, token: () => token });

  let report = await client.caches();
  if (seconds !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    report = cachesBetween(report, await client.caches());
  }
  console.log(
    flags.has("json") ? JSON.stringify(report, null, 2) : tableOf(report, flags.has("regions")),
  );
}

try {
  await main();
} catch (error) {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else console.error(error instanceof ApiProblem ? error.detail : String(error));
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
