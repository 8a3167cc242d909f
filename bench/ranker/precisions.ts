import { readFileSync } from "node:fs";
import path from "node:path";

import { type Precision, manifestSchema } from "../../core/ranking/manifest.ts";
import { cpuSeconds } from "../measure/processes.ts";
import type { Drawn, Load } from "./generator.ts";
import type { RankerOptions } from "./options.ts";
import { draw, type Pinning, startServer } from "./server.ts";

export interface PrecisionLine {
  readonly precision: Precision | "empty";
  readonly fileBytes: number;
  /** Of the whole server, per request. */
  readonly cpuMs: number;
  readonly drawn: Drawn;
}

/** What a request costs the server in each precision that the artifact has, and an empty one that no model sees. */
export async function precisions(
  options: RankerOptions,
  load: (port: number) => Load,
  pins: Pinning | null,
): Promise<readonly PrecisionLine[]> {
  const version = readFileSync(path.join(options.models, "current"), "utf8").trim();
  const folder = path.join(options.models, version);
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8")),
  );
  const lines: PrecisionLine[] = [];
  for (const { precision, file } of manifest.variants) {
    const server = await startServer(options, null, pins, { RANKER_PRECISION: precision });
    const line = async (what: "infer" | "live") => {
      const asked: Load = { ...load(server.port), what };
      await draw({ ...asked, seconds: 1 }, pins);
      const before = cpuSeconds([server.pid]);
      const drawn = await draw(asked, pins);
      return { cpuMs: (1_000 * (cpuSeconds([server.pid]) - before)) / drawn.answered, drawn };
    };
    if (lines.length === 0)
      lines.push({ precision: "empty", fileBytes: 0, ...(await line("live")) });
    const fileBytes = readFileSync(path.join(folder, file)).length;
    lines.push({ precision, fileBytes, ...(await line("infer")) });
    await server.stop();
  }
  return lines;
}
