import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { afterAll, beforeAll, describe, it } from "vitest";

import { encodeRequest } from "../../core/ranking/infer.ts";
import { softwareVulkan } from "../../dev/software-vulkan.ts";
import { scoresOf } from "../ranker/running-ranker.ts";
import { rowsFrom, setCurrent, writeArtifact } from "../ranker/tiny-model.ts";

/** Both are fp32; only the order of additions differs. */
const DELTA_MAX = 1e-5;
const SHIPPED = "gpu-ranker/models";
const MODELS: readonly (readonly [name: string, folder: () => string])[] = [
  ["a small graph", () => tiny],
  // A checkout before its first training has none.
  ...(existsSync(path.join(SHIPPED, "current"))
    ? [["the shipped model", () => SHIPPED] as const]
    : []),
];

let vulkan: NodeJS.ProcessEnv = {};
let tiny = "";
const children: ChildProcess[] = [];

beforeAll(async () => {
  const found = await softwareVulkan();
  if (typeof found === "string") throw new Error(found);
  vulkan = found;
  tiny = mkdtempSync(path.join(os.tmpdir(), "ranker-models-"));
  writeArtifact(tiny, "v1", { seed: 1 });
  setCurrent(tiny, "v1");
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  if (tiny !== "") rmSync(tiny, { recursive: true, force: true });
});

/** A ranker process with one provider and no other to fall back to. @returns its address and what it loaded. */
async function start(provider: string, models: string) {
  const child = spawn(process.execPath, ["gpu-ranker/src/main.ts"], {
    env: {
      ...process.env,
      ...vulkan,
      RANKER_PROVIDERS: provider,
      RANKER_MODELS: models,
      RANKER_PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const logged = new Map<string, Record<string, unknown>>();
  for await (const line of createInterface(child.stdout)) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    logged.set(String(entry["event"]), entry);
    if (entry["event"] === "promotion_refused") throw new Error(line);
    if (entry["event"] === "promoted") break;
  }
  const url = `http://127.0.0.1:${String(logged.get("listening")?.["port"])}`;
  const end = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { url, loaded: logged.get("model_loaded"), end };
}

async function scoresFrom(url: string) {
  const rows = rowsFrom(3, 20);
  const { body, headerBytes } = encodeRequest(rows);
  const response: Response = await fetch(`${url}/v2/models/ranker/infer`, {
    method: "POST",
    headers: {
      "inference-header-content-length": String(headerBytes),
      "edgewise-budget-ms": "10000",
    },
    body,
  });
  return (await scoresOf(response, rows)).probabilities;
}

describe("the WebGPU provider on a software Vulkan", () => {
  it.for(MODELS)(
    "scores %s as the CPU does, by profile on the device",
    async ([, folder], { expect }) => {
      const models = folder();
      const device = await start("webgpu", models);
      expect(device.loaded).toMatchObject({ provider: "webgpu", attempts: [] });
      const nodes = device.loaded?.["nodes"] as Record<string, number>;
      expect(nodes["WebGpuExecutionProvider"]).toBeGreaterThan(nodes["CPUExecutionProvider"] ?? 0);
      const onDevice = await scoresFrom(device.url);
      await device.end();

      const cpu = await start("cpu", models);
      const onCpu = await scoresFrom(cpu.url);
      await cpu.end();
      expect(onDevice).toHaveLength(onCpu.length);
      for (const [at, probability] of onDevice.entries())
        expect(Math.abs(probability - (onCpu[at] ?? 0))).toBeLessThan(DELTA_MAX);
    },
  );
});
