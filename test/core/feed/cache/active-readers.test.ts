import { it } from "vitest";

import { LIMITS } from "../../../../core/limits.ts";
import { ActiveReaders } from "../../../../core/feed/cache/active-readers.ts";
import { id } from "../../../fakes/feed-cells.ts";

it("knows who has read lately, from the second read on and up to the bound", ({ expect }) => {
  const readers = new ActiveReaders();
  const edgeMs = 1_000 + LIMITS.feedActiveMs - 1;
  expect(readers.read(id(1), 1_000)).toBe(false);
  expect(readers.read(id(2), 1_000)).toBe(false);
  expect(readers.read(id(1), edgeMs)).toBe(true);
  expect(readers.read(id(2), edgeMs + 1)).toBe(false);
  expect(readers.read(id(1), edgeMs + LIMITS.feedActiveMs - 1)).toBe(true);
});
