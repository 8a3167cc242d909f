import path from "node:path";

import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

import { runtimePids } from "../measure/processes.ts";

/** A Worker's file in this folder, its object's class if it has one, and the binding of the Worker it asks. */
interface FloorWorker {
  readonly file: string;
  readonly objectClass?: string;
  readonly asks?: readonly [binding: string, file: string];
}
/** The first Worker gets the requests. */
const FLOORS = {
  page: [{ file: "page" }],
  "one-call": [{ file: "one-call", objectClass: "PageObject" }],
  "empty-calls": [{ file: "empty-calls", objectClass: "EmptyObject" }],
  "through-service": [
    { file: "through-service", asks: ["PAGES", "page-service"] },
    { file: "page-service", objectClass: "PageObject" },
  ],
} as const satisfies Record<string, readonly FloorWorker[]>;
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
  const workers: readonly FloorWorker[] = FLOORS[floor];
  const before = new Set(runtimePids());
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      cf: false,
      workers: await Promise.all(
        workers.map(async ({ file, objectClass, asks }) => ({
          name: file,
          modules: [{ type: "ESModule" as const, path: "index.js", contents: await bundled(file) }],
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["nodejs_compat"],
          bindings: { ...bindings },
          ...(objectClass !== undefined && {
            durableObjects: { OBJECT: { className: objectClass, useSQLite: true } },
          }),
          ...(asks !== undefined && { serviceBindings: { [asks[0]]: asks[1] } }),
          ...(file === floor && { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }),
        })),
      ),
    }),
  );
  await runtime.ready;
  return {
    url: (await runtime.unsafeGetDirectURL(floor)).origin,
    pids: runtimePids().filter((pid) => !before.has(pid)),
    stop: () => runtime.dispose(),
  };
}

async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, `${file}.ts`)],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:workers"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
