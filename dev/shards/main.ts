import { createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import { mintToken } from "../operator/api.ts";
import { DEFAULT_URL, operatorOptions } from "../operator/connect.ts";
import { FlagError, numberFlag, readFlags, textFlag } from "../operator/flags.ts";
import { movedLine, tableOf } from "./table.ts";

const HELP = `Shows who leads every shard, until when, and how far its log is; or moves a leader.

  npm run shards -- [options]

  --move N --to REGION   hands shard N over, where leaders share one database
  --reason TEXT          why, for the log of actions; needed to move one
  --url URL              the product (default ${DEFAULT_URL}, or the port in PORT)
  --token TEXT           an operator's token, where the secret is not known (or EDGEWISE_TOKEN)
  --secret TEXT          signs one (default: AUTH_SECRET, or the local instance's)
  --data FOLDER          of the local instance (default .edgewise/data)
  --help                 this text

Looking asks every leader for its head, and so gives each one a lease.`;

const text = { type: "string" } as const;
const OPTIONS = {
  move: text,
  to: text,
  reason: text,
  url: text,
  token: text,
  secret: text,
  data: text,
  help: { type: "boolean" },
} as const;
const SHARD_MAX = 4_095;

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) return console.log(HELP);
  const shard = numberFlag(flags, "move", { min: 0, max: SHARD_MAX });
  const to = textFlag(flags, "to");
  if ((shard === undefined) !== (to === undefined))
    throw new FlagError("--move and --to belong together");
  const reason = textFlag(flags, "reason");
  if ((shard === undefined) !== (reason === undefined))
    throw new FlagError("--move needs a --reason, and nothing else does");

  const given = textFlag(flags, "token") ?? process.env["EDGEWISE_TOKEN"];
  // A token of one's own needs no secret: none is looked for then.
  const secret = given === undefined ? textFlag(flags, "secret") : "unused";
  const from = { url: textFlag(flags, "url"), secret, data: textFlag(flags, "data") };
  const options = operatorOptions(from, process.env);
  const token = given ?? (await mintToken(options, "npm-run-shards", Date.now()));
  const client = createClient({ baseUrl: options.url, token: () => token });

  if (shard !== undefined && to !== undefined && reason !== undefined)
    console.log(movedLine(await client.moveShard(shard, { region: to, reason }), Date.now()));
  else console.log(tableOf(await client.shards(), Date.now()));
}

try {
  await main();
} catch (error) {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else console.error(error instanceof ApiProblem ? error.detail : String(error));
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
