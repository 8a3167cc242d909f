import path from "node:path";

import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

import { runtimePids } from "../measure/processes.ts";

/** File of the Worker in this folder, and its object's class if it has one. */
const FLOORS = {
  page: null,
  "one-call": "PageObject",
  "empty-calls": "EmptyObject",
} as const;
export type Floor = keyof typeof FLOORS;

export interface FloorServer {
  readonly url: string;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";

/**
 * Runs a floor in a runtime process of its own, of the same binary as the product's: its
 * CPU is then its own, and it shares neither heap nor queue with what it is compared to.
 */
export async function startFloor(
  floor: Floor,
  bindings: { readonly PAGE: string; readonly OBJECTS: string },
): Promise<FloorServer> {
  const objectClass = FLOORS[floor];
  const before = new Set(runtimePids());
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      cf: false,
      workers: [
        {
          name: floor,
          modules: [{ type: "ESModule", path: "index.js", contents: await bundled(floor) }],
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["nodejs_compat"],
          bindings: { ...bindings },
          ...(objectClass !== null && {
            durableObjects: { OBJECT: { className: objectClass, useSQLite: true } },
          }),
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  await runtime.ready;
  return {
    url: (await runtime.unsafeGetDirectURL(floor)).origin,
    pids: runtimePids().filter((pid) => !before.has(pid)),
    stop: () => runtime.dispose(),
  };
}

async function bundled(floor: Floor): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, `${floor}.ts`)],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:workers"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
