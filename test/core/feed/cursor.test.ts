import fc from "fast-check";
import { describe, it } from "vitest";

import { type CursorScope, decodeCursor, encodeCursor } from "../../../core/feed/cursor.ts";
import { cursorSchema } from "../../../core/feed/schemas.ts";
import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { hmacSigner } from "../../../platform/signer.ts";

const signer = hmacSigner("one secret");
const NOW = 1_780_000_000_000;
const home: CursorScope = { kind: "home", viewer: 1n as Id };
const at = { timeMs: NOW - 5, id2: 9_007_199_254_740_993_123n as Id };

const ids = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((id) => id as Id);
const scopes = fc.record({
  kind: fc.constantFrom("home", "profile-42", "followers-9223372036854775807", "friend-requests"),
  viewer: fc.option(ids),
});
const positions = fc.record({ timeMs: fc.nat(NOW * 2), id2: ids });

describe("cursor", () => {
  it("round-trips and fits the API's field", ({ expect }) => {
    fc.assert(
      fc.property(scopes, positions, fc.nat(LIMITS.cursorTtlMs), (scope, position, ageMs) => {
        const text = encodeCursor(scope, position, NOW, signer);
        expect(cursorSchema.safeParse(text).success).toBe(true);
        expect(decodeCursor(text, scope, NOW + ageMs, signer)).toEqual({
          ok: true,
          value: position,
        });
      }),
    );
  });

  it("is a first page when there is none", ({ expect }) => {
    expect(decodeCursor(undefined, home, NOW, signer)).toEqual({ ok: true, value: null });
  });

  it("is refused after any character is changed, dropped or added", ({ expect }) => {
    const text = encodeCursor(home, at, NOW, signer);
    const edits = fc.record({
      place: fc.nat(text.length - 1),
      char: fc.constantFrom(..."0123456789abcdefghijklmnopqrstuvwxyzABCXYZ-_.~ \u00e9"),
      how: fc.constantFrom("change", "drop", "add"),
    });
    fc.assert(
      fc.property(edits, ({ place, char, how }) => {
        const rest = text.slice(how === "add" ? place : place + 1);
        const forged = text.slice(0, place) + (how === "drop" ? "" : char) + rest;
        fc.pre(forged !== text);
        const result = decodeCursor(forged, home, NOW, signer);
        expect(result).toMatchObject({ ok: false, error: { code: "invalid_cursor" } });
      }),
      { numRuns: 2_000 },
    );
  });

  it.for([
    ["another viewer", { kind: "home", viewer: 2n as Id }],
    ["a visitor", { kind: "home", viewer: null }],
    ["another list", { kind: "profile-1", viewer: 1n as Id }],
  ] as const)("is refused to %s", ([, scope], { expect }) => {
    const text = encodeCursor(home, at, NOW, signer);
    expect(decodeCursor(text, scope, NOW, signer)).toEqual({
      ok: false,
      error: { code: "invalid_cursor", reason: "of another list or viewer" },
    });
  });

  it("expires after its lifetime, not at it", ({ expect }) => {
    const text = encodeCursor(home, at, NOW, signer);
    expect(decodeCursor(text, home, NOW + LIMITS.cursorTtlMs, signer).ok).toBe(true);
    expect(decodeCursor(text, home, NOW + LIMITS.cursorTtlMs + 1, signer)).toEqual({
      ok: false,
      error: { code: "invalid_cursor", reason: "expired" },
    });
  });

  it("is refused when another secret signed it, or anything else did", ({ expect }) => {
    const other = encodeCursor(home, at, NOW, hmacSigner("another secret"));
    for (const text of [other, "", ".", "......", "null", "x".repeat(LIMITS.cursorCharsMax + 1)]) {
      expect(decodeCursor(text, home, NOW, signer), text).toMatchObject({ ok: false });
    }
  });
});
