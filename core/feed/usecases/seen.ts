import { type Id, shardOf } from "../../ids.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Consistency } from "../../tao/service.ts";
import type { ListCursor } from "../../tao/types.ts";
import { type Call, opId, type Outcome, signedIn } from "../call.ts";
import type { SeenRange, SeenState } from "../explain/schemas.ts";
import { mergeRanges, type Range, rangeOf } from "../explain/seen-ranges.ts";
import { parseRanges, rangesData } from "../ranked/context.ts";
import { toId } from "../views.ts";
import { member } from "./people.ts";

/** What the viewer has had on a screen, on any device. */
export async function seen(call: Call): Outcome<SeenState> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const known = await readSeen(call, viewer.value);
  return known.ok ? ok(stateOf(known.value)) : known;
}

/** Adds stretches; what two devices tell at once is joined by whoever writes last, and told again later. */
export async function markSeen(call: Call, ranges: readonly SeenRange[]): Outcome<SeenState> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const id = viewer.value;
  // Of the leader: a follower may not know yet what was told a moment ago, and that would be lost.
  const known = await readSeen(call, id, "leader");
  if (!known.ok) return known;
  const more = ranges.map(({ from, to }) => rangeOf(placeFrom(from), placeFrom(to)));
  const merged = mergeRanges(known.value, more);
  const data = rangesData(merged);
  if (data === rangesData(known.value)) return ok(stateOf(merged));
  const timeMs = call.clock.nowMs();
  const edge = { op: "assocAdd", id1: id, atype: ASSOC.seen, id2: id, timeMs, data } as const;
  // Told while somebody scrolls: a page of a moment ago need not be made again for it.
  const written = await call.tao.write(shardOf(id), [edge], opId(call, "markSeen"), {
    isAwaited: false,
  });
  return written.ok ? ok(stateOf(merged)) : written;
}

async function readSeen(call: Call, id1: Id, consistency?: Consistency): Outcome<readonly Range[]> {
  const read = { op: "assocGet", id1, atype: ASSOC.seen, id2s: [id1] } as const;
  const found = await call.tao.read([read], consistency);
  return found.ok ? ok(found.value[0].assocs.flatMap(({ data }) => parseRanges(data))) : found;
}

const placeFrom = ({ timeMs, id }: SeenRange["from"]): ListCursor => ({ timeMs, id2: toId(id) });
const placeText = ({ timeMs, id2 }: ListCursor) => ({ timeMs, id: String(id2) });
const stateOf = (ranges: readonly Range[]): SeenState => ({
  ranges: ranges.map(({ from, to }) => ({ from: placeText(from), to: placeText(to) })),
});
