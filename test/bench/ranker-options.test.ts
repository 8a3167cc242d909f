import { describe, it } from "vitest";

import { rankerOptions } from "../../bench/ranker/options.ts";
import { FlagError } from "../../dev/operator/flags.ts";

describe("options of the ranker's bench", () => {
  it("measure what the specification asks on the CPU, unless told otherwise", ({ expect }) => {
    expect(rankerOptions([])).toMatchObject({ provider: "cpu", rows: 500, threads: 1 });
    expect(rankerOptions(["--ep", "cuda"]).provider).toBe("cuda");
  });

  it.for([
    ["--ep", "tpu"],
    ["--rows", "2001"],
    ["--rows", "0"],
    ["--seconds", "x"],
    ["--what", "1"],
  ])("refuse %s %s", (args, { expect }) => {
    expect(() => rankerOptions(args)).toThrow(FlagError);
  });
});
