import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "vitest";

import { ASSOC } from "../../core/tao/registry.ts";
import { expectedFeed, firstDifference } from "../../dev/import/compare.ts";
import { IdMap } from "../../dev/import/id-map.ts";
import { importLdbc, type ImportOptions } from "../../dev/import/import.ts";
import { readOracle } from "../../dev/import/oracle.ts";
import { formatReport } from "../../dev/import/report.ts";
import { findFiles } from "../../dev/import/rows.ts";
import { Journal } from "../../dev/operator/journal.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { silent } from "../../dev/operator/progress.ts";
import { writeLdbc } from "../../dev/world/ldbc/write.ts";
import { defaultSpec, generateWorld } from "../../dev/world/world.ts";
import { FakeProduct } from "./fake-product.ts";

const NOW_MS = 1_780_000_000_000;
const temporary = () => mkdtempSync(path.join(tmpdir(), "edgewise-import-"));

function worldFolder(): string {
  const folder = temporary();
  writeLdbc(generateWorld({ ...defaultSpec(5, 60, NOW_MS), postsPerUser: 6 }), folder);
  return folder;
}

const optionsFor = (
  product: FakeProduct,
  folder: string,
  dataFolder = temporary(),
): ImportOptions => ({
  folder,
  api: product.api(),
  shardMap: shardMapOf(16),
  dataFolder,
  place: "",
  speed: Number.POSITIVE_INFINITY,
  progress: silent,
  stop: new AbortController().signal,
  sleep: async () => undefined,
  nowMs: () => NOW_MS,
});

it("imports what the generator wrote, to the last row, stream included", async ({ expect }) => {
  const product = new FakeProduct();
  const { report } = await importLdbc(optionsFor(product, worldFolder()));
  expect(report?.rejections).toEqual([]);
  expect(report?.reconciled).toBe(true);
  const stream = report?.files.find((file) => file.file.endsWith("updateStream_0_0_forum.csv"));
  expect(stream?.imported).toBeGreaterThan(20);
  expect(product.objects.size).toBe(
    (report?.graph[0]?.expected ?? 0) + (report?.graph[1]?.expected ?? 0),
  );
});

it("makes every home feed what the oracle says, and would notice otherwise", async ({ expect }) => {
  const product = new FakeProduct();
  const folder = worldFolder();
  const { mapFile } = await importLdbc(optionsFor(product, folder));
  const opened = Journal.open(mapFile);
  if (opened === null) throw new Error("no map file");
  const ids = IdMap.from(opened.journal);
  const oracle = readOracle(folder, findFiles(folder));

  /** The rule of the product on the fake's own lists. */
  const feedOf = (person: string) => {
    const user = ids.person(person) ?? (0n as never);
    return [user, ...product.list(user, ASSOC.friends).map((edge) => edge.id2)]
      .flatMap((author) => product.list(author, ASSOC.authored).map((edge) => ({ author, edge })))
      .toSorted((a, b) => b.edge.timeMs - a.edge.timeMs || (a.edge.id2 < b.edge.id2 ? 1 : -1))
      .map(({ author, edge }) => {
        const { text } = JSON.parse(product.objects.get(edge.id2)?.data ?? "{}") as {
          text: string;
        };
        return {
          id: String(edge.id2),
          text,
          createdAtMs: edge.timeMs,
          author: { id: String(author) },
        };
      });
  };
  expect(oracle.persons.length).toBe(60);
  for (const person of oracle.persons) {
    const expected = expectedFeed(oracle, person, ids);
    expect(firstDifference(expected, feedOf(person))).toBeNull();
    if (expected.length > 1) {
      expect(firstDifference(expected.slice(1), feedOf(person))).not.toBeNull();
      expect(firstDifference(expected, feedOf(person).toReversed())).not.toBeNull();
    }
  }
});

it("changes nothing when repeated, and goes on after the product died", async ({ expect }) => {
  const folder = worldFolder();
  const whole = new FakeProduct();
  await importLdbc(optionsFor(whole, folder));

  const product = new FakeProduct();
  const data = temporary();
  let deaths = 0;
  for (let life = 1; life <= 30; life++) {
    product.writesLeft = life < 30 ? 4 : Number.POSITIVE_INFINITY;
    await importLdbc(optionsFor(product, folder, data)).catch(() => (deaths += 1));
  }
  expect(deaths).toBeGreaterThan(3);
  expect(product.replays).toBeGreaterThan(3);
  expect(product.size()).toEqual(whole.size());

  // Even a product that has forgotten its opIds gets no second copy.
  product.forgetAnswers();
  const { report } = await importLdbc(optionsFor(product, folder, data));
  expect(report?.reconciled).toBe(true);
  expect(product.size()).toEqual(whole.size());
});

it("does not reconcile when the product lost a write that it acknowledged", async ({ expect }) => {
  const product = new FakeProduct();
  product.losesEdge = { atype: ASSOC.likes, number: 5 };
  const { report } = await importLdbc(optionsFor(product, worldFolder()));
  if (report === null) throw new Error("stopped");
  expect(report.reconciled).toBe(false);
  const differing = report.graph
    .filter((check) => check.expected !== check.found)
    .map((check) => check.what);
  expect(differing).toEqual(["likes by who likes", "likes by what is liked"]);
  expect(formatReport(report)).toMatch(/DIFFERS[\s\S]*NOT RECONCILED/);
});

it("names a bad row and still reconciles the rest", async ({ expect }) => {
  const folder = worldFolder();
  appendFileSync(path.join(folder, "dynamic/person_likes_post_0_0.csv"), "1|2\n");
  appendFileSync(
    path.join(folder, "update_streams/updateStream_0_0_forum.csv"),
    `${NOW_MS}|0|3|1|2|${NOW_MS}\n`,
  );
  const { report } = await importLdbc(optionsFor(new FakeProduct(), folder));
  expect(report?.reconciled).toBe(true);
  expect(report?.rejections.map(({ file, reason }) => [path.basename(file), reason])).toEqual([
    ["person_likes_post_0_0.csv", "2 fields, not 3"],
    ["updateStream_0_0_forum.csv", "1 is no person here"],
  ]);
});

it("paces the stream at the chosen speed", async ({ expect }) => {
  const folder = worldFolder();
  let nowMs = NOW_MS;
  const options = {
    ...optionsFor(new FakeProduct(), folder),
    speed: 1_000,
    sleep: async (ms: number) => void (nowMs += ms),
    nowMs: () => nowMs,
  };
  const { report } = await importLdbc(options);
  // Three days of history at a thousand times the speed are 259 seconds.
  expect(report?.reconciled).toBe(true);
  expect(nowMs - NOW_MS).toBeGreaterThan(200_000);
  expect(nowMs - NOW_MS).toBeLessThan(262_000);
});
