import { execFile, execFileSync } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { BOUNDS } from "../bounds.ts";

export interface Drive {
  /** Origin of the server. */
  readonly url: string;
  /** Files of requests (`requests.ts`). */
  readonly reads: string;
  readonly writes: string | null;
  /** File of verified pages (`answers.ts`), one of which each answer must be; null: answers are not looked at. */
  readonly verified: string | null;
  /** Reads per write; ignored without writes. */
  readonly readsPerWrite: number;
  readonly connections: number;
  readonly seconds: number;
  /** Which request of the files comes first, so that no two rounds are the same. */
  readonly start: number;
}

const drivenSchema = z.object({
  requests: z.int(),
  seconds: z.number(),
  bytes: z.int(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** Answers that were not 2xx or 3xx. */
  refused: z.int(),
  /** Requests without an answer. */
  lost: z.int(),
  /** Answers that are not a verified page. */
  wrong: z.int(),
});
export type Driven = z.infer<typeof drivenSchema>;

export interface Generator {
  readonly name: string;
  /** Keeps all connections busy for the whole time. @throws when the generator itself fails. */
  drive(drive: Drive): Promise<Driven>;
}

const run = promisify(execFile);

/** wrk where it is installed; a generator on Node, which uses more CPU itself, elsewhere. */
export function bestGenerator(): Generator {
  try {
    execFileSync("which", ["wrk"], { stdio: "ignore" });
    return { name: "wrk", drive: driveWithWrk };
  } catch {
    return { name: "node", drive: driveWithNode };
  }
}

async function driveWithWrk(drive: Drive): Promise<Driven> {
  const script = path.join(import.meta.dirname, "wrk.lua");
  const flags = ["-t1", `-c${drive.connections}`, `-d${drive.seconds}s`];
  const timeout = `${BOUNDS.requestTimeoutSeconds}s`;
  const args = [...flags, "--timeout", timeout, "-s", script, drive.url];
  return driven("wrk", args, drive);
}

const driveWithNode = (drive: Drive): Promise<Driven> =>
  driven(
    process.execPath,
    [
      path.join(import.meta.dirname, "node-generator.ts"),
      drive.url,
      String(drive.connections),
      String(drive.seconds),
    ],
    drive,
  );

async function driven(command: string, args: readonly string[], drive: Drive): Promise<Driven> {
  const { stdout } = await run(command, [...args], {
    timeout: (drive.seconds + 2 * BOUNDS.requestTimeoutSeconds) * 1_000,
    env: {
      ...process.env,
      READS: drive.reads,
      WRITES: drive.writes ?? "",
      VERIFIED: drive.verified ?? "",
      WRITE_EVERY: String(drive.writes === null ? 0 : drive.readsPerWrite),
      START: String(drive.start),
    },
  });
  const last = stdout
    .trimEnd()
    .split("\n")
    .findLast((line) => line.startsWith("{"));
  return drivenSchema.parse(JSON.parse(last ?? "null"));
}
