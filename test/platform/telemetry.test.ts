import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { failed } from "../../core/telemetry/events.ts";
import { keepEventsIn, report } from "../../platform/telemetry.ts";

const EVENT = failed("push_failed", "away", { region: "a" });

describe("an event that is reported", () => {
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
  afterEach(() => {
    keepEventsIn({});
    vi.restoreAllMocks();
  });

  it("is one line of the log, as it is", ({ expect }) => {
    report(EVENT);
    expect(vi.mocked(console.warn).mock.calls).toEqual([[EVENT]]);
  });

  it("is a data point where there is a dataset", ({ expect }) => {
    const points: unknown[] = [];
    keepEventsIn({ EVENTS: { writeDataPoint: (point) => void points.push(point) } });
    report(EVENT);
    expect(points).toEqual([
      {
        indexes: ["push_failed"],
        blobs: ["push_failed", "warn", "a", "", "away"],
        doubles: [1, -1, 1],
      },
    ]);
  });

  it("makes nothing fail, though the dataset does", ({ expect }) => {
    const writeDataPoint = () => {
      throw new Error("too many");
    };
    keepEventsIn({ EVENTS: { writeDataPoint } });
    expect(() => report(EVENT)).not.toThrow();
    expect(console.warn).toHaveBeenCalledTimes(2);
  });
});

it("is the only way to the log of Workers and objects", ({ expect }) => {
  const folders = ["workers", "durable-objects", "platform"];
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...folders], {
    encoding: "utf8",
  });
  const speak = files
    .split("\n")
    .filter((file) => file.endsWith(".ts") && /\bconsole\b/.test(readFileSync(file, "utf8")));
  // Spans are lines of their own, of sampled requests alone.
  expect(speak).toEqual(["platform/spans.ts", "platform/telemetry.ts"]);
});
