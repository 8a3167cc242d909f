import { describe, it } from "vitest";

import { bucketFindings, stickyFindings } from "../../bench/balance/buckets.ts";
import type { Finding } from "../../bench/balance/finding.ts";
import { poolFindings } from "../../bench/balance/pools.ts";
import { regionFindings } from "../../bench/balance/regions.ts";
import { followerFindings, serverFindings } from "../../bench/balance/servers.ts";

const PEOPLE = 8_000;
const SECONDS = 20;

/** What moved beyond what had to, as a share of all. */
const needless = ({ moved = Number.NaN, least = Number.NaN }: Finding) => Math.abs(moved - least);
const byChange = (found: readonly Finding[]) =>
  new Map(found.map((finding) => [finding.change, finding]));

describe("people over regions", () => {
  const found = regionFindings(PEOPLE, 1);

  it("move only when they have to, and come back within a minute, few at a time", ({ expect }) => {
    const changes = found.filter(({ moved }) => moved !== undefined);
    expect(changes).toHaveLength(4);
    for (const finding of changes) expect(needless(finding)).toBeLessThan(0.01);
    expect(byChange(found).get("a region added (af-south)")?.moved).toBeGreaterThan(0.03);
    const back = byChange(found).get("us-east comes back");
    expect(back?.balancedAfterMs).toBeGreaterThan(50_000);
    expect(back?.balancedAfterMs).toBeLessThanOrEqual(60_000);
    // Evenly it would be 1.7 %; these are a few hundred people.
    expect(Number(/([\d.]+) %/.exec(back?.note ?? "")?.[1])).toBeLessThan(8);
  });
});

it("turns of pools are dealt out exactly, and even again at once", ({ expect }) => {
  for (const { deviation, moved, least, note } of poolFindings(600)) {
    expect(deviation).toBeLessThan(0.01);
    expect(Math.abs((moved ?? 1) - (least ?? 0))).toBeLessThan(0.005);
    expect(Number(/(\d+) turns/.exec(note ?? "")?.[1])).toBeLessThan(30);
  }
});

describe("calls over servers", () => {
  const found = byChange(serverFindings(SECONDS, 1));

  it("are even over those that are alike, and a new one has its share within a second", ({
    expect,
  }) => {
    const alike = found.get("ten alike, 70 % load");
    expect(alike?.deviation).toBeLessThan(0.08);
    // Less than chance alone would give.
    expect(alike?.chiSquare).toBeLessThan(1.5);
    expect(found.get("one is added")?.balancedAfterMs).toBeLessThanOrEqual(1_000);
  });

  it("go to none that drains, and hardly to one that fails", ({ expect }) => {
    const drained = found.get("one drains")?.note ?? "";
    expect(drained.startsWith("0 calls"), drained).toBe(true);
    const failing = found.get("one fails all calls, and says that it is ready")?.note ?? "";
    const [, lost = "", due = ""] = /^(\d+) of (\d+)/.exec(failing) ?? [];
    expect(Number(lost) / Number(due), failing).toBeLessThan(0.01);
  });

  it("come back to a follower within the time for which it is passed over", ({ expect }) => {
    const back = byChange(followerFindings(SECONDS, 1)).get("one answers nothing, and comes back");
    expect(back?.balancedAfterMs).toBeLessThanOrEqual(3_000);
  });
});

describe("keys over buckets and servers", () => {
  it("are spread as by chance, and few more move than have to", ({ expect }) => {
    const found = [...bucketFindings(PEOPLE, 1), ...stickyFindings(PEOPLE, 1)];
    expect(found.filter(({ moved }) => moved !== undefined)).toHaveLength(9);
    for (const finding of found) {
      if (finding.moved !== undefined) expect(needless(finding)).toBeLessThan(0.02);
      // The 99.99th percentile at 47 degrees of freedom is 1.9; at seven, 4.2.
      const bound = finding.level.includes("ranker") ? 4.2 : 1.9;
      if (finding.chiSquare !== undefined) expect(finding.chiSquare).toBeLessThan(bound);
    }
  });
});
