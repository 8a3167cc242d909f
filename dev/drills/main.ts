import { setTimeout as delay } from "node:timers/promises";

import { type Client, createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import { DRILL_DEPENDENCIES, FAULT_KINDS } from "../../core/chaos/kinds.ts";
import { mintToken } from "../operator/api.ts";
import { DEFAULT_URL, operatorOptions } from "../operator/connect.ts";
import { FlagError, type Flags, readFlags, textFlag } from "../operator/flags.ts";
import { activeText, drillFrom, levelsText } from "./text.ts";

const HELP = `Injects faults into a running product on purpose, and stops them: docs/chaos.md.

  npm run drills -- list
  npm run drills -- start --dependency ranker --kind latency --ms 200 --reason "..." [options]
  npm run drills -- stop --id ID --reason "..."
  npm run drills -- stop-all --reason "..."

  --dependency NAME  ${DRILL_DEPENDENCIES.slice(0, 5).join(", ")},
                     ${DRILL_DEPENDENCIES.slice(5).join(", ")}
  --kind NAME        ${FAULT_KINDS.join(", ")}
  --ms N             how late a call is, or how wrong a clock; --jitter-ms N more by chance
  --failure NAME     of errors: unavailable (default), timeout, overloaded
  --operations NAME  all (default), reads or writes
  --region NAME      all (default), or one
  --share N          of those calls, over 0 to 1 (default)
  --minutes N        until it ends by itself, 0.05 to 60 (default 5)
  --reason TEXT      for the audit log
  --watch            says what goes on and the levels of the regions until all drills are over
  --url URL          the product (default ${DEFAULT_URL}, or the port in PORT)
  --token TEXT       an operator's token, where the secret is not known (or EDGEWISE_TOKEN)
  --secret TEXT      signs one (default: AUTH_SECRET, or the local instance's)
  --data FOLDER      of the local instance (default .edgewise/data)
  --help             this text

A build for production has no faults to inject, and says so.`;

const text = { type: "string" } as const;
const OPTIONS = {
  dependency: text,
  kind: text,
  ms: text,
  "jitter-ms": text,
  failure: text,
  operations: text,
  region: text,
  share: text,
  minutes: text,
  reason: text,
  id: text,
  watch: { type: "boolean" },
  url: text,
  token: text,
  secret: text,
  data: text,
  help: { type: "boolean" },
} as const;

/** Levels reach isolates within two seconds: looking more often shows no more. */
const WATCH_MS = 1_000;

async function main([first = "", ...rest]: readonly string[]): Promise<void> {
  const isCommand = first !== "" && !first.startsWith("-");
  const flags = readFlags(isCommand ? rest : [first, ...rest].filter((arg) => arg !== ""), OPTIONS);
  if (flags.has("help")) return console.log(HELP);

  const given = textFlag(flags, "token") ?? process.env["EDGEWISE_TOKEN"];
  // A token of one's own needs no secret: none is looked for then.
  const secret = given === undefined ? textFlag(flags, "secret") : "unused";
  const from = { url: textFlag(flags, "url"), secret, data: textFlag(flags, "data") };
  const options = operatorOptions(from, process.env);
  const token = given ?? (await mintToken(options, "0", Date.now()));
  const client = createClient({ baseUrl: options.url, token: () => token });

  const list = await act(client, isCommand ? first : "list", flags);
  console.log(activeText(list, Date.now()));
  if (flags.has("watch")) await watch(client);
}

/** @throws FlagError */
async function act(client: Client, command: string, flags: Flags) {
  const reason = textFlag(flags, "reason");
  switch (command) {
    case "list":
      return client.drills();
    case "start":
      return client.startDrill(drillFrom(flags, (await client.drills()).revision));
    case "stop":
      return client.stopDrill(needed("id", textFlag(flags, "id")), {
        reason: needed("reason", reason),
      });
    case "stop-all":
      return client.stopAllDrills({ reason: needed("reason", reason) });
    default:
      throw new FlagError(`there is no "${command}": say list, start, stop or stop-all`);
  }
}

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new FlagError(`--${name} is missing`);
  return value;
}

/** A line whenever something has changed, until nothing goes on. */
async function watch(client: Client): Promise<void> {
  let said = "";
  for (;;) {
    const [list, levels] = await Promise.all([client.drills(), client.levels()]);
    const line = levelsText(levels);
    const state = `${list.active.length === 1 ? "1 drill" : `${list.active.length} drills`}  ${line}`;
    if (state !== said) console.log(`${new Date().toISOString().slice(11, 19)}  ${state}`);
    said = state;
    if (list.active.length === 0) return;
    await delay(WATCH_MS);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof FlagError) console.error(`${error.message}\n\n${HELP}`);
  else console.error(error instanceof ApiProblem ? error.detail : String(error));
  process.exitCode = error instanceof FlagError ? 2 : 1;
}
