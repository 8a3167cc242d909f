import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { it } from "vitest";

import { run } from "../../deploy/run.ts";

it.for([
  ["hosted", "mariadb"],
  ["hosted", "emulator"],
  ["hosted", "runtime"],
  ["embedded", "runtime"],
] as const)(
  "profile %s loses nothing when its %s is killed in the middle of writes",
  { timeout: 300_000 },
  async ([profile, target], { expect }) => {
    const folder = mkdtempSync(path.join(tmpdir(), "edgewise-drill-"));
    try {
      const what = ["kill", "--target", target, "--profile", profile, "--times", "1"];
      const { code, output } = await run("node", [
        "dev/drill/main.ts",
        ...what,
        "--data",
        path.join(folder, "data"),
      ]);
      expect(output).toMatch(/acknowledged writes lost +0\n/);
      expect(Number(/writes acknowledged +(\d+)/.exec(output)?.[1])).toBeGreaterThan(50);
      expect(code, output).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
