import type { Failure } from "../../errors.ts";
import { formatId, type Id, parseId } from "../../ids.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Signer } from "../../signer.ts";
import { compareListOrder, type ListCursor } from "../../tao/types.ts";
import { type CursorScope, openCursor, sealCursor } from "../cursor.ts";

/**
 * Where a ranked feed is: a segment of the list, what of it was shown, and the moment at which
 * its scores are taken. All that a page needs to go on without repeating or skipping, whatever
 * has become of any cache: the segment is read again between its ends, and what was shown is left out.
 */
export interface Segment {
  /** Scores are as of this Unix ms, so that the order does not drift while somebody scrolls. */
  readonly asOfMs: number;
  /** The segment lies strictly below; null: it begins at the newest. */
  readonly after: ListCursor | null;
  /** Its last place, included; null before it was read: up to `LIMITS.rankedSegment` candidates. */
  readonly until: ListCursor | null;
  /** Nothing follows it. */
  readonly isLast: boolean;
  readonly shown: readonly Id[];
}

const NONE = "-";

export function encodeSegment(
  scope: CursorScope,
  segment: Segment,
  nowMs: number,
  signer: Signer,
): string {
  const { asOfMs, after, until, isLast, shown } = segment;
  const fields = [
    asOfMs.toString(36),
    placeText(after),
    placeText(until),
    isLast ? "1" : "0",
    shown.map((id) => id.toString(36)).join("_") || NONE,
  ];
  return sealCursor(scope, fields, nowMs, signer);
}

/** @returns null without a cursor; `invalid_cursor` as `decodeCursor` does. */
export function decodeSegment(
  text: string | undefined,
  scope: CursorScope,
  nowMs: number,
  signer: Signer,
): Result<Segment | null, Failure> {
  if (text === undefined) return ok(null);
  const opened = openCursor(text, scope, nowMs, signer);
  if (!opened.ok) return opened;
  const [asOf = "", after = "", until = "", isLast = "", shown = ""] = opened.value;
  const ids = shown === NONE ? [] : shown.split("_").map(idFrom);
  const places = [after, until].map(placeFrom);
  if (ids.includes(null) || places.includes(undefined)) {
    return err({ code: "invalid_cursor", reason: "malformed" });
  }
  const [from = null, to = null] = places;
  return ok({
    asOfMs: Number.parseInt(asOf, 36),
    after: from,
    until: to,
    isLast: isLast === "1",
    shown: ids.flatMap((id) => id ?? []),
  });
}

/** Strictly below `above(place)` is `place` and all that follows it. */
export const above = ({ timeMs, id2 }: ListCursor): ListCursor => ({
  timeMs,
  id2: (id2 + 1n) as Id,
});

export const isWithin = (place: ListCursor, { after, until }: Pick<Segment, "after" | "until">) =>
  (after === null || compareListOrder(after, place) < 0) &&
  (until === null || compareListOrder(place, until) <= 0);

const placeText = (place: ListCursor | null): string =>
  place === null ? NONE : `${place.timeMs.toString(36)}~${formatId(place.id2)}`;

/** undefined for what `placeText` did not write. */
function placeFrom(text: string): ListCursor | null | undefined {
  if (text === NONE) return null;
  const [time = "", id = ""] = text.split("~");
  const id2 = parseId(id);
  return id2 === null ? undefined : { timeMs: Number.parseInt(time, 36), id2 };
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
function idFrom(text: string): Id | null {
  if (!/^[0-9a-z]{1,13}$/.test(text)) return null;
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(DIGITS.indexOf(digit));
  return value as Id;
}
