import { parseArgs } from "node:util";

import { beginTrace, contextOf, type RequestTrace } from "../../core/telemetry/request-trace.ts";
import { systemRandom } from "../../platform/clock.ts";
import { median } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";

export const HELP = `What tracing costs one request in the gateway's JavaScript: the id, the decision, what the next hop is told.

  npm run bench -- trace

  --help           this text

The header of the answer and the lines of sampled spans are not in it: the runtime makes those.`;

const ROUNDS = 15;
const CALLS = 200_000;

const NONE = new Headers({ authorization: "Bearer x", accept: "application/json" });
const FROM_CALLER = new Headers({
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
});

/** Median over rounds, ns of CPU a call. `kept` keeps the compiler from leaving the work out. */
function nanoseconds(run: () => RequestTrace): number {
  let kept = 0;
  const round = (): number => {
    const before = process.cpuUsage();
    for (let n = 0; n < CALLS; n++) {
      const begun = run();
      kept += begun.id.length + (contextOf(begun) === undefined ? 0 : 1);
    }
    return (process.cpuUsage(before).user * 1_000) / CALLS;
  };
  round();
  const took = median(Array.from({ length: ROUNDS }, round));
  if (kept === 0) throw new Error("nothing was run");
  return took;
}

export async function trace(args: readonly string[]): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const at = (headers: Headers, share: number, isOpen: boolean) =>
    nanoseconds(() => beginTrace(headers, { share, isOpen }, systemRandom));
  const rows = [
    ["no traceparent, share 0", at(NONE, 0, false)],
    ["no traceparent, share 1 %", at(NONE, 0.01, false)],
    ["an outsider's traceparent, not sampled", at(FROM_CALLER, 0.01, false)],
    ["sampled", at(FROM_CALLER, 1, true)],
  ] as const;
  const cells = rows.map(([name, ns]) => [name, digits(ns, 0)]);
  console.log(table(["a request with", "ns"], cells));
  return 0;
}
