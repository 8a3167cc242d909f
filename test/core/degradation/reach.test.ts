import { describe, it } from "vitest";

import { REACHABLE, type Reach, routed, tried } from "../../../core/degradation/reach.ts";

/** A failed try a second. */
const failing = (seconds: number): Reach =>
  Array.from({ length: seconds }, (_, second) => second * 1_000).reduce<Reach>(
    (reach, atMs) => tried(reach, false, atMs),
    REACHABLE,
  );

describe("a region", () => {
  it("is unreachable after six seconds of failed tries, not an instant before", ({ expect }) => {
    expect(failing(6).at).toBe("reachable");
    expect(tried(failing(6), false, 5_999).at).toBe("reachable");
    expect(tried(failing(6), false, 6_000).at).toBe("unreachable");
  });

  it("needs several tries: one that comes late is no proof", ({ expect }) => {
    const four = [0, 20_000, 40_000, 60_000].reduce<Reach>(
      (reach, atMs) => tried(reach, false, atMs),
      REACHABLE,
    );
    expect(four.at).toBe("reachable");
    expect(tried(four, false, 80_000).at).toBe("unreachable");
  });

  it("begins anew with every answer", ({ expect }) => {
    expect(tried(failing(6), true, 5_500)).toEqual(REACHABLE);
  });

  it("comes back after it has answered for a whole dwell", ({ expect }) => {
    const gone = failing(11);
    const answering = tried(gone, true, 20_000);
    expect(tried(answering, true, 49_999).at).toBe("unreachable");
    expect(tried(answering, true, 50_000)).toEqual(REACHABLE);
    expect(tried(tried(answering, false, 49_000), true, 50_000).at).toBe("unreachable");
  });
});

describe("a request", () => {
  const order = ["eu-west", "us-east", "apac"] as const;

  it("goes to its own region, else to the nearest backup that is not failed over", ({ expect }) => {
    expect(routed([...order], () => false)).toBe("eu-west");
    expect(routed([...order], (region) => region === "eu-west")).toBe("us-east");
    expect(routed([...order], (region) => region !== "apac")).toBe("apac");
  });

  it("stays where it is when there is nowhere to go", ({ expect }) => {
    expect(routed([...order], () => true)).toBe("eu-west");
  });
});
