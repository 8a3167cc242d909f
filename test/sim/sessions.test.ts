import { describe, it } from "vitest";

import { checkSessions } from "../../sim/checkers/sessions.ts";
import { ANN, BEN, commitsOf, found, object, read, sawObject, write } from "./histories.ts";

/** ANN is a, then b (seconds 1 and 2); BEN is x (second 3). */
const commits = commitsOf([object(ANN, "a"), object(ANN, "b"), object(BEN, "x")]);

describe("G3", () => {
  it("flags a read behind an own acknowledged write", ({ expect }) => {
    const events = (seen: string) => [write(2_000, 2), read(2_500, sawObject(ANN, seen))];
    expect(found(checkSessions, { shards: commits, events: events("b") })).toBe(0);
    expect(found(checkSessions, { shards: commits, events: events("a") })).toBe(1);
  });

  it("lets eventual reads and other clients lag", ({ expect }) => {
    const old = sawObject(ANN, "a");
    const events = [
      write(2_000, 2),
      read(2_500, old, { consistency: "eventual" }),
      read(2_500, old, { client: "ben" }),
    ];
    expect(found(checkSessions, { shards: commits, events })).toBe(0);
  });
});

describe("G4", () => {
  it("flags a state older than one that was seen", ({ expect }) => {
    const forth = [read(2_100, sawObject(ANN, "a")), read(2_200, sawObject(ANN, "b"))];
    expect(found(checkSessions, { shards: commits, events: forth })).toBe(0);
    expect(found(checkSessions, { shards: commits, events: forth.toReversed() })).toBe(1);
  });
});

describe("G4 within one request", () => {
  it("lets reads that are asked together see different states, in any order", ({ expect }) => {
    const [old, now] = [sawObject(ANN, "a"), sawObject(ANN, "b")];
    const [first, second] = [read(2_500, now), read(2_600, old)];
    const together = { ...first, seen: [...first.seen, ...second.seen] };
    expect(found(checkSessions, { shards: commits, events: [together] })).toBe(0);
    expect(found(checkSessions, { shards: commits, events: [together, second] })).toBe(1);
  });
});

describe("G4 over a value that comes back", () => {
  const back = commitsOf([object(ANN, "a"), object(ANN, "b"), object(ANN, "a")]);
  const between = (consistency: "eventual" | "ticket") => [
    read(3_100, sawObject(ANN, "b")),
    read(3_200, sawObject(ANN, "a"), { consistency }),
    read(3_300, sawObject(ANN, "b")),
  ];

  it("takes it for the old one where that may be", ({ expect }) => {
    expect(found(checkSessions, { shards: back, events: between("eventual") })).toBe(0);
  });

  it("takes it for the new one where the old one is ruled out", ({ expect }) => {
    expect(found(checkSessions, { shards: back, events: between("ticket") })).toBe(1);
  });
});
