import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { ClientEvent } from "../../ranking/behaviour.ts";
import type { Head } from "../../ranking/heads.ts";
import { ok } from "../../result.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import type { FeedEvents, FeedEventsTaken } from "../explain/event-schemas.ts";

/**
 * What a client saw of the viewer's pages. Passed on after the answer: the viewer's feature bucket knows which
 * slates are theirs and what was in them, and takes nothing else.
 */
export async function noteEvents(call: Call, { slates }: FeedEvents): Outcome<FeedEventsTaken> {
  const id = signedIn(call);
  if (!id.ok) return id;
  const viewer = formatId(id.value);
  const atMs = call.clock.nowMs();
  let taken = 0;
  for (const { slate, events } of slates) {
    const counted = events.flatMap(countedOf);
    if (counted.length === 0) continue;
    taken += counted.length;
    call.defer(async () => {
      const told = await call.ranking?.tell(call.region, { viewer, slate, atMs, events: counted });
      if (told?.ok === false) call.report({ event: "ranking_failed", stage: "tell", viewer });
    });
  }
  return ok({ taken });
}

type Event = FeedEvents["slates"][number]["events"][number];

function countedOf(event: Event): ClientEvent[] {
  const { kind, post } = event;
  if (kind === "dwell") return event.ms < LIMITS.eventDwellMs ? [] : [{ kind, post, place: 0 }];
  return [{ kind, post, place: kind === "shown" ? event.place : 0 }];
}

/**
 * What the viewer did, as a write of theirs says: it counts for the slate that showed it to them, once. Nobody waits
 * for it, and what fails is lost: counters are estimates.
 */
export function noteAct(call: Call, head: Head, on: { post: Id } | { author: Id }): void {
  const { ranking, viewer, region, clock } = call;
  if (ranking === null || viewer === null) return;
  const about = "post" in on ? { post: formatId(on.post) } : { author: formatId(on.author) };
  const act = { viewer: formatId(viewer), atMs: clock.nowMs(), head, on: about };
  call.defer(async () => {
    const told = await ranking.act(region, act);
    if (!told.ok) call.report({ event: "ranking_failed", stage: "act", viewer: act.viewer });
  });
}
