import type { Failure } from "../../errors.ts";
import type { Id, LogicalShard } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { err, ok, type Result } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Tao } from "../../tao/tao.ts";
import type { TaoObject } from "../../tao/types.ts";
import { handleId } from "../directory.ts";
import type { GraphEvent } from "../fanout/events.ts";
import { toId } from "../views.ts";
import {
  answeredIn,
  byShard,
  handlesIn,
  mentionablesOf,
  latestOf,
  mentionNote,
  type Note,
  noteId,
  notesOf,
  noteWrite,
  objectsOf,
} from "./notes.ts";

/**
 * Writes what these events tell people to the lists of those people: two or three waves of
 * reads for all of them, then one batch per shard. Doing it again changes nothing.
 *
 * @returns whom something was written for.
 */
export async function tell(
  tao: Tao,
  events: readonly GraphEvent[],
): Promise<Result<readonly Id[], Failure>> {
  const objects = new Map<Id, TaoObject>();
  for (const idsOf of [objectsOf, (all: readonly GraphEvent[]) => answeredIn(all, objects)]) {
    const failure = await readInto(tao, idsOf(events), objects);
    if (failure !== null) return { ok: false, error: failure };
  }
  const mentions = await mentionNotes(tao, events, objects);
  if (!mentions.ok) return mentions;
  const told = notesOf(events, objects);
  // Whoever is told of a comment or a quote by itself need not hear that it mentions them.
  const knows = new Set(
    told.map(({ recipient, post, comment }) => `${recipient} ${post} ${comment}`),
  );
  const notes = [
    ...told,
    ...mentions.value.filter(
      ({ recipient, post, comment }) => !knows.has(`${recipient} ${post} ${comment}`),
    ),
  ];
  const written = await Promise.all(
    [...byShard(notes)].map(([shard, some]) => writeNotes(tao, shard as LogicalShard, some)),
  );
  const failed = written.find((result) => !result.ok);
  return failed ?? ok([...new Set(notes.map(({ recipient }) => recipient))]);
}

async function readInto(
  tao: Tao,
  ids: readonly Id[],
  objects: Map<Id, TaoObject>,
): Promise<Failure | null> {
  const missing = ids.filter((id) => !objects.has(id));
  if (missing.length === 0) return null;
  const found = await tao.read(missing.map((id) => ({ op: "objGet", id }) as const));
  if (!found.ok) return found.error;
  for (const { object } of found.value) if (object !== null) objects.set(object.id, object);
  return null;
}

async function mentionNotes(
  tao: Tao,
  events: readonly GraphEvent[],
  objects: ReadonlyMap<Id, TaoObject>,
): Promise<Result<readonly Note[], Failure>> {
  const texts = mentionablesOf(events, objects);
  const handles = [...new Set(texts.flatMap(({ text }) => handlesIn(text)))];
  if (handles.length === 0) return ok([]);
  const claims = await tao.read(
    handles.map((handle) => {
      const id = handleId(handle);
      return { op: "assocGet", id1: id, atype: ASSOC.handle, id2s: [id] } as const;
    }),
  );
  if (!claims.ok) return claims;
  const people = new Map<string, Id>();
  for (const [place, { assocs }] of claims.value.entries()) {
    const [claim] = assocs;
    const handle = handles[place];
    if (claim === undefined || handle === undefined) continue;
    people.set(handle, toId((JSON.parse(claim.data) as { user: string }).user));
  }
  return ok(
    texts
      .flatMap((from) =>
        handlesIn(from.text).flatMap((handle) => {
          const recipient = people.get(handle);
          return recipient === undefined ? [] : [mentionNote(from, recipient)];
        }),
      )
      .filter(({ recipient, actor }) => recipient !== actor),
  );
}

async function writeNotes(
  tao: Tao,
  shard: LogicalShard,
  notes: readonly Note[],
): Promise<Result<null, Failure>> {
  const latest = latestOf(notes);
  for (let at = 0; at < latest.length; at += LIMITS.notesPerWrite) {
    const written = await writeSome(tao, shard, latest.slice(at, at + LIMITS.notesPerWrite));
    if (!written.ok) return written;
  }
  return ok(null);
}

/** Compared and written again when somebody else wrote one of them meanwhile. */
async function writeSome(
  tao: Tao,
  shard: LogicalShard,
  notes: readonly Note[],
): Promise<Result<null, Failure>> {
  let failure: Failure | null = null;
  for (let tries = 0; tries < LIMITS.noteWriteTries; tries++) {
    const reads = notes.map((note) => {
      const [id1, id2s] = [note.recipient, [noteId(note)]];
      return { op: "assocGet", id1, atype: ASSOC.notified, id2s } as const;
    });
    const known = await tao.read(reads, "leader");
    if (!known.ok) return known;
    const writes = notes.flatMap(
      (note, index) => noteWrite(note, known.value[index]?.assocs[0]) ?? [],
    );
    if (writes.length === 0) return ok(null);
    const written = await tao.write(shard, writes, null);
    if (written.ok) return ok(null);
    failure = written.error;
    if (failure.code === "limit_reached") {
      const trimmed = await trim(tao, shard, [...new Set(notes.map(({ recipient }) => recipient))]);
      if (!trimmed.ok) return trimmed;
    } else if (failure.code !== "version_mismatch") return written;
  }
  return err(failure ?? { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs });
}

/** The oldest of full lists make room. */
async function trim(
  tao: Tao,
  shard: LogicalShard,
  people: readonly Id[],
): Promise<Result<null, Failure>> {
  const limit = LIMITS.listEntriesMax;
  for (const id1 of people) {
    const found = await tao.read(
      [{ op: "assocRange", id1, atype: ASSOC.notified, after: null, limit }],
      "leader",
    );
    if (!found.ok) return found;
    const old = found.value[0].assocs.slice(LIMITS.notificationsKept);
    for (let at = 0; at < old.length; at += LIMITS.notesPerWrite) {
      const removals = old
        .slice(at, at + LIMITS.notesPerWrite)
        .map(({ id2 }) => ({ op: "assocDelete", id1, atype: ASSOC.notified, id2 }) as const);
      const removed = await tao.write(shard, removals, null);
      if (!removed.ok) return removed;
    }
  }
  return ok(null);
}
