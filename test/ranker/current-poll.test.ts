import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, it } from "vitest";

import { err, ok } from "../../core/result.ts";
import { CurrentPoll } from "../../gpu-ranker/src/model/current-poll.ts";
import { Registry } from "../../gpu-ranker/src/model/registry.ts";
import { ManualTime } from "../fakes/manual-time.ts";
import { FakeScorer, laneOf } from "./fake-scorer.ts";
import { setCurrent } from "./tiny-model.ts";

let models = "";
beforeEach(() => {
  models = mkdtempSync(path.join(os.tmpdir(), "ranker-models-"));
});
afterEach(() => rmSync(models, { recursive: true, force: true }));

/** A poll over `models`, the versions that it opens, and those that are refused. */
function polling() {
  const time = new ManualTime();
  const opened: string[] = [];
  const refused = new Set<string>();
  const registry = new Registry({
    openLane: async (version) => {
      opened.push(version);
      if (refused.has(version)) return err({ code: "wrong_checksum", detail: version });
      return ok(laneOf(new FakeScorer(time, version), time));
    },
    changed: () => {},
  });
  return { poll: new CurrentPoll(models, registry, () => {}), registry, opened, refused };
}

it("promotes what current names, once, so that a rollback stays", async ({ expect }) => {
  const { poll, registry } = polling();
  setCurrent(models, "v1");
  await poll.look();
  setCurrent(models, "v2");
  await poll.look();
  expect(registry.roles).toMatchObject({ serving: "v2", previous: "v1" });
  await registry.rollback();
  for (let look = 0; look < 5; look++) await poll.look();
  expect(registry.roles.serving).toBe("v1");
  setCurrent(models, "v3");
  await poll.look();
  expect(registry.roles.serving).toBe("v3");
});

it("tries a refused version again more and more rarely, and takes it once it is good", async ({
  expect,
}) => {
  const { poll, registry, opened, refused } = polling();
  refused.add("v1");
  setCurrent(models, "v1");
  const looksWithTry: number[] = [];
  for (let look = 0; look < 20; look++) {
    const before = opened.length;
    await poll.look();
    if (opened.length > before) looksWithTry.push(look);
  }
  expect(looksWithTry).toEqual([0, 2, 5, 10, 19]);
  expect(registry.serving).toBe(null);
  refused.clear();
  for (let look = 0; look < 17; look++) await poll.look();
  expect(registry.roles.serving).toBe("v1");
});

it("tries another version at once", async ({ expect }) => {
  const { poll, registry, refused } = polling();
  refused.add("v1");
  setCurrent(models, "v1");
  for (let look = 0; look < 6; look++) await poll.look();
  setCurrent(models, "v2");
  await poll.look();
  expect(registry.roles.serving).toBe("v2");
});

it("does nothing without a file, or with one that names no version", async ({ expect }) => {
  const { poll, opened } = polling();
  await poll.look();
  for (const text of ["", "../../etc", "a b", "V1"]) {
    writeFileSync(path.join(models, "current"), text);
    await poll.look();
  }
  expect(opened).toEqual([]);
});
