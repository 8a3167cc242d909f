import { writeFile } from "node:fs/promises";

import { measureInTurn, type Target } from "../measure/rounds.ts";
import { digits } from "../report/table.ts";
import { type FollowerHitOptions, followerHitOptions } from "./options.ts";
import { type Pair, reportOf, reportText } from "./report.ts";
import { type HitRuntime, inRuntime, prepare, startRuntime } from "./runtime.ts";

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when a call failed. */
export async function followerHit(args: readonly string[]): Promise<number> {
  const options = followerHitOptions(args);
  const runtime = await startRuntime(say);
  try {
    const pairs: Pair[] = [];
    for (const [shape, chars] of Object.entries(await prepare(runtime)))
      pairs.push(await measurePair(runtime, options, shape, chars));
    const report = reportOf(options, pairs);
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report.lines.some(({ failed }) => failed > 0) ? 1 : 0;
  } finally {
    await runtime.stop();
  }
}

async function measurePair(
  { url, pids }: HitRuntime,
  options: FollowerHitOptions,
  shape: string,
  chars: number,
): Promise<Pair> {
  const target = (name: string, query: string): Target => ({
    name,
    url: `${url}/calls?shape=${encodeURIComponent(shape)}${query}`,
    pids,
    reads: "",
    writes: null,
    verified: null,
  });
  const targets = [target(`${shape}, follower`, ""), target(`${shape}, bare`, "&bare")];
  const [follower, bare] = await measureInTurn(targets, inRuntime, {
    ...options,
    readsPerWrite: 1,
    onRound: ({ name }, { cpuMsPerRead, readsPerSecond, isNoisy }) =>
      say(
        `${name}: ${digits(cpuMsPerRead * 1_000, 1)} µs, ${digits(readsPerSecond, 0)}/s${isNoisy ? ", noisy" : ""}`,
      ),
  });
  if (follower === undefined || bare === undefined) throw new Error("nothing was measured");
  return { shape, chars, follower, bare };
}
