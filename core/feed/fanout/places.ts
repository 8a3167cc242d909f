import type { Id } from "../../ids.ts";
import type { BucketEvent, FeedCacheTopology } from "../cache/port.ts";
import type { SocketEvent } from "../realtime/port.ts";
import { maxVersion, type Version } from "../../tao/version.ts";
import type { Work } from "./work.ts";

/** What one bucket of every region is told, and which of the works it comes from, by their index. */
export interface Place<Event> {
  readonly bucket: number;
  readonly events: Event[];
  /** Readers that each work names here. */
  readonly named: Map<number, number>;
}

/** Events of several works by bucket, in the order of the works: one call each, however many there are. */
class Places<Event> {
  readonly #topology: FeedCacheTopology;
  readonly #places = new Map<number, Place<Event>>();

  constructor(topology: FeedCacheTopology) {
    this.#topology = topology;
  }

  all = (): readonly Place<Event>[] => [...this.#places.values()];

  toEach(work: number, event: Event): void {
    for (let bucket = 0; bucket < this.#topology.buckets; bucket++)
      this.#add(bucket, work, event, 0);
  }

  /** To the buckets of these viewers, each with its own. */
  to(work: number, viewers: readonly Id[], eventOf: (viewers: readonly Id[]) => Event): void {
    const byBucket = Map.groupBy(viewers, this.#topology.bucketOf);
    for (const [bucket, group] of byBucket) this.#add(bucket, work, eventOf(group), group.length);
  }

  #add(bucket: number, work: number, event: Event, named: number): void {
    let place = this.#places.get(bucket);
    if (place === undefined) {
      place = { bucket, events: [], named: new Map() };
      this.#places.set(bucket, place);
    }
    place.events.push(event);
    place.named.set(work, (place.named.get(work) ?? 0) + named);
  }
}

/** What feed caches are told of these works. */
export function cachePlaces(
  works: readonly Work[],
  topology: FeedCacheTopology,
): readonly Place<BucketEvent>[] {
  const places = new Places<BucketEvent>(topology);
  for (const [index, work] of works.entries()) {
    for (const { at, post, audience } of work.revokes)
      places.toEach(index, { kind: "revoke", at, post, ...(audience !== null && { audience }) });
    for (const { pushed, viewers } of work.pushes)
      places.to(index, viewers, (group) => ({ kind: "push", pushed, viewers: group }));
    for (const pushed of work.announces) places.toEach(index, { kind: "announce", pushed });
    for (const count of work.counts) places.toEach(index, { kind: "count", ...count });
    const newest = new Map<Id, Version>();
    for (const { at, viewer } of [...work.changes, ...work.forgets])
      newest.set(viewer, maxVersion(newest.get(viewer) ?? at, at));
    for (const [viewer, at] of newest)
      places.to(index, [viewer], (viewers) => ({ kind: "forget", viewers, at }));
  }
  return places.all();
}

/** What sockets are told of these works. */
export function socketPlaces(
  works: readonly Work[],
  notified: ReadonlyMap<number, readonly Id[]>,
  topology: FeedCacheTopology,
): readonly Place<SocketEvent>[] {
  const places = new Places<SocketEvent>(topology);
  for (const [index, work] of works.entries()) {
    for (const { pushed, viewers } of work.pushes) {
      const { author, id: post } = pushed.cell;
      // Who wrote it has it on the screen.
      const others = viewers.filter((viewer) => viewer !== author);
      places.to(index, others, (group) => ({
        kind: "new-post",
        viewers: group,
        author,
        post,
        timeMs: pushed.timeMs,
      }));
    }
    for (const { cell } of work.announces)
      places.toEach(index, { kind: "announced", author: cell.author, post: cell.id });
    for (const { at, post, audience } of work.revokes)
      places.toEach(index, { kind: "revoke", at, post, ...(audience !== null && { audience }) });
    for (const count of work.counts) places.toEach(index, { kind: "counts", ...count });
    for (const { viewer, other, hide } of work.changes)
      places.to(index, [viewer], () => ({ kind: "related", viewer, other, hide }));
    for (const viewer of new Set(notified.get(index)))
      places.to(index, [viewer], () => ({ kind: "notified", viewer }));
  }
  return places.all();
}
