import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import { isChosen, seeded } from "../../gpu-ranker/train/random.ts";
import { drawPost } from "../../gpu-ranker/train/behaviour/posts.ts";
import { type Met, readPage, type TruthLine, truthLine } from "./visits.ts";
import { type BehavingWorld, mediaOf, textOf } from "./world.ts";

/** Of a page, as many as are looked at. */
const PAGE = 20;
/** One reads for longer than this when one dwells, and for less when one does not. */
const DWELL_MS = 12_000;
const GLANCE_MS = 700;
/** A feed is built anew after this: who came earlier would be shown the same slate again. */
const AWAY_MS = 330_000;
/** Share of visits during which the visitor writes. */
const WRITES = 0.04;
const FOLLOWED = { kind: "followed", closeness: 0 } as const;

export interface SessionOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly visitsPerSecond: number;
  readonly inFlightMax: number;
}

export interface SessionPorts {
  readonly clientOf: (person: number) => Client;
  readonly nowMs: () => number;
  readonly onTruth: (line: TruthLine) => void;
  readonly onProgress: (text: string) => void;
}

export interface SessionCounts {
  visits: number;
  failed: number;
  shown: number;
  actions: number;
  written: number;
  /** Pages by how they were made. */
  modes: Record<string, number>;
}

/** People come, read, and act as they are; until the time is over. */
export async function liveThrough(
  world: BehavingWorld,
  options: SessionOptions,
  ports: SessionPorts,
): Promise<SessionCounts> {
  const random = seeded(options.seed, "session");
  const counts: SessionCounts = {
    visits: 0,
    failed: 0,
    shown: 0,
    actions: 0,
    written: 0,
    modes: {},
  };
  const lastMs = new Map<number, number>();
  const shownBy = new Map<number, Map<number, number>>();
  const slates = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const startMs = ports.nowMs();
  let toldMs = startMs;

  const visit = async (reader: number): Promise<void> => {
    const client = ports.clientOf(reader);
    try {
      const page = await client.feed({ mode: "ranked", limit: PAGE });
      counts.visits += 1;
      counts.modes[page.mode] = (counts.modes[page.mode] ?? 0) + 1;
      const { slate } = page;
      if (slate === null || slates.has(slate)) return;
      slates.add(slate);
      const shown = shownBy.get(reader) ?? new Map<number, number>();
      shownBy.set(reader, shown);
      const met = readPage(world, reader, page, shown, ports.nowMs(), random);
      for (const one of met) ports.onTruth(truthLine(slate, one));
      await tell(
        client,
        slate,
        page.items.map(({ id }) => id),
        met,
      );
      for (const one of met) {
        shown.set(one.author, (shown.get(one.author) ?? 0) + 1);
        counts.shown += 1;
        counts.actions += one.actions.length;
        await actOn(world, reader, client, one);
      }
      if (isChosen(random, WRITES)) await write(reader, client);
    } catch (error) {
      counts.failed += 1;
      if (!(error instanceof ApiProblem)) throw error;
    }
  };

  const write = async (author: number, client: Client): Promise<void> => {
    const person = world.people[author];
    if (person === undefined) return;
    counts.written += 1;
    const drawn = {
      ...drawPost(random, counts.written, author, person, ports.nowMs()),
      isRepost: false,
      isQuote: false,
    };
    const n = world.posts.size;
    const media = mediaOf(drawn, n, world.pictures);
    const { id } = await client.createPost({ text: textOf(drawn, n), audience: "public", media });
    world.posts.set(id, drawn);
  };

  while (ports.nowMs() - startMs < options.seconds * 1_000) {
    await sleep(1_000 / options.visitsPerSecond);
    if (underWay.size >= options.inFlightMax) continue;
    const nowMs = ports.nowMs();
    const reader = Math.floor(random.next() * world.people.length);
    if (nowMs - (lastMs.get(reader) ?? 0) < AWAY_MS) continue;
    lastMs.set(reader, nowMs);
    const going: Promise<void> = visit(reader).finally(() => underWay.delete(going));
    underWay.add(going);
    if (nowMs - toldMs < 20_000) continue;
    toldMs = nowMs;
    ports.onProgress(
      `${Math.round((nowMs - startMs) / 1_000)} s: ${counts.visits} visits, ${counts.shown} posts shown, ${counts.actions} actions, ${counts.failed} failed`,
    );
  }
  await Promise.all(underWay);
  return counts;
}

/** What a client tells of by itself: what came onto the screen, was opened, read for long, or hidden. */
async function tell(
  client: Client,
  slate: string,
  items: readonly string[],
  met: readonly Met[],
): Promise<void> {
  const events = met.flatMap(({ item, actions }) => [
    { kind: "shown" as const, post: item, place: items.indexOf(item) },
    { kind: "dwell" as const, post: item, ms: actions.includes("dwell") ? DWELL_MS : GLANCE_MS },
    ...(actions.includes("open") ? [{ kind: "open" as const, post: item }] : []),
    ...(actions.includes("hide") ? [{ kind: "hide" as const, post: item }] : []),
  ]);
  if (events.length > 0) await client.reportEvents({ slates: [{ slate, events }] });
}

/** What a person does is a write of theirs, which counts by itself. */
async function actOn(
  world: BehavingWorld,
  reader: number,
  client: Client,
  met: Met,
): Promise<void> {
  const { actions, content, author, truth } = met;
  if (actions.includes("like")) await client.reactToPost(content, "like");
  if (actions.includes("comment")) await client.addComment(content, { text: "Quite so." });
  if (actions.includes("share")) {
    const { id } = await client.createPost({ repostOf: content });
    world.posts.set(id, {
      ...truth,
      author: reader,
      isRepost: true,
      createdAtMs: met.encounter.nowMs,
    });
  }
  const followed = world.ids[author];
  if (actions.includes("follow") && followed !== undefined) {
    await client.follow(followed);
    world.people[reader]?.ties.set(author, FOLLOWED);
  }
}
