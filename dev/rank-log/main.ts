import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";

import { createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import { mintToken } from "../operator/api.ts";
import { DEFAULT_URL, operatorOptions } from "../operator/connect.ts";
import { FlagError, readFlags, textFlag } from "../operator/flags.ts";
import { download } from "./download.ts";

const OUT = ".edgewise/rank-log.jsonl";
const HELP = `Downloads what people were shown and did: the log that ranking models are trained on.

  npm run rank-log -- [options]
  npm run train -- --log ${OUT}

  --out FILE     default ${OUT}
  --url URL      the product (default ${DEFAULT_URL}, or the port in PORT)
  --token TEXT   an operator's token, where the secret is not known (or EDGEWISE_TOKEN)
  --secret TEXT  signs one (default: AUTH_SECRET, or the local instance's)
  --data FOLDER  of the local instance (default .edgewise/data)
  --help         this text

What was shown is logged half an hour later, with what was done until then.`;

const text = { type: "string" } as const;
const OPTIONS = {
  out: text,
  url: text,
  token: text,
  secret: text,
  data: text,
  help: { type: "boolean" },
} as const;

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2), OPTIONS);
  if (flags.has("help")) return console.log(HELP);
  const given = textFlag(flags, "token") ?? process.env["EDGEWISE_TOKEN"];
  // A token of one's own needs no secret: none is looked for then.
  const secret = given === undefined ? textFlag(flags, "secret") : "unused";
  const from = { url: textFlag(flags, "url"), secret, data: textFlag(flags, "data") };
  const options = operatorOptions(from, process.env);
  const token = given ?? (await mintToken(options, "0", Date.now()));
  const client = createClient({ baseUrl: options.url, token: () => token });

  const out = textFlag(flags, "out") ?? OUT;
  await mkdir(path.dirname(out), { recursive: true });
  // Whole or not at all: what is half there would be trained on unnoticed.
  const file = createWriteStream(`${out}.part`);
  const { segments, records } = await download(client, (chunk) => file.write(chunk));
  file.end();
  await finished(file);
  await rename(`${out}.part`, out);
  console.log(`${records} records of ${segments} segments in ${out}`);
}

try {
  await main();
} catch (error) {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else console.error(error instanceof ApiProblem ? error.detail : String(error));
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
