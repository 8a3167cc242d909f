import path from "node:path";

import type { Id } from "../../core/ids.ts";
import { NEW_TEXT, partsOf } from "../load/answers.ts";
import { type BenchRequest, writeRequests } from "../load/requests.ts";
import { type Floor, type FloorServer, startFloor } from "../floor/start.ts";
import { BOUNDS } from "../bounds.ts";
import type { Target } from "../measure/rounds.ts";
import { mean } from "../measure/statistics.ts";
import { idAt } from "../workload/load.ts";
import type { Workload } from "../workload/workload.ts";
import type { Beside } from "./options.ts";
import { FEED_PATH, type ReadPage } from "./pages.ts";
import { type Product, SHARDS } from "./product.ts";

/** What each line of the report measures. */
export const NAMES = {
  feed: "home feed, ours",
  readsAlone: "  without the writes",
  page: "bare Worker, page",
  oneCall: "one object call, page",
  service: "through a service, one object call, page",
  perShard: "k empty calls (k = shards), page",
  perCall: "k empty calls (k = calls), page",
  beside: "the other server",
} as const;

export interface Parts {
  readonly folder: string;
  readonly product: Product;
  readonly workload: Workload;
  readonly ids: readonly Id[];
  readonly tokens: readonly string[];
  /** By viewer. */
  readonly pages: ReadonlyMap<number, ReadPage>;
  readonly beside: Beside | null;
  readonly feedCache: boolean;
  /** File of verified pages, which `warm` brings up to date. */
  readonly verified: string;
  readonly warm: () => Promise<void>;
}

export interface Targets {
  readonly targets: readonly Target[];
  stop(): Promise<void>;
}

/**
 * All targets get the same viewers in the same order, with the same headers. A floor that
 * makes k calls makes, for each viewer, as many as that viewer's page took.
 */
export async function makeTargets(parts: Parts): Promise<Targets> {
  const { product, workload, tokens, pages, beside, feedCache, verified, warm } = parts;
  const reads = (pathOf: (page: ReadPage) => string) =>
    workload.viewers.flatMap((viewer): BenchRequest[] => {
      const page = pages.get(viewer);
      // An answer that is the whole feed has no cursor, so it would not say whose it is.
      if (page === undefined || partsOf(page.text) === null) return [];
      const headers = { authorization: `Bearer ${tokens[viewer]}` };
      return [{ method: "GET", path: pathOf(page), headers, body: "" }];
    });
  const file = async (name: string, requests: readonly BenchRequest[]) => {
    const full = path.join(parts.folder, `${name}.requests`);
    await writeRequests(full, requests);
    return full;
  };

  const own = {
    verified,
    warm,
    pids: product.pids,
    reads: await file(
      "feed",
      reads(() => FEED_PATH),
    ),
  };
  const writes = await file("posts", newPosts(parts));
  const targets: Target[] = [
    { name: NAMES.feed, url: product.directUrl, ...own, writes },
    { name: NAMES.readsAlone, url: product.directUrl, ...own, writes: null },
  ];
  const floors: FloorServer[] = [];
  const bindings = { PAGE: typicalPage([...pages.values()]), OBJECTS: String(SHARDS) };
  const addFloor = async (name: string, floor: Floor, pathOf: (page: ReadPage) => string) => {
    const server = await startFloor(floor, bindings);
    floors.push(server);
    const requests = await file(`floor-${floors.length}`, reads(pathOf));
    const { url, pids } = server;
    targets.push({ name, url, pids, reads: requests, writes: null, verified: null });
  };
  await addFloor(NAMES.page, "page", () => "/");
  await addFloor(NAMES.oneCall, "one-call", ({ viewer }) => `/${viewer % SHARDS}`);
  await addFloor(NAMES.service, "through-service", ({ viewer }) => `/${viewer % SHARDS}`);
  if (!feedCache) {
    await addFloor(NAMES.perShard, "empty-calls", ({ shards }) => `/${shards}`);
    await addFloor(NAMES.perCall, "empty-calls", ({ calls }) => `/${calls}`);
  }
  if (beside !== null) targets.push(await besideTarget(beside, workload, file));
  return {
    targets,
    stop: async () => void (await Promise.all(floors.map((floor) => floor.stop()))),
  };
}

/** Posts by those who post most, as many as a whole bench needs. */
function newPosts({ workload, ids, tokens }: Parts): BenchRequest[] {
  return workload.posts.slice(-BOUNDS.writeStream).map(({ author, text }, index) => ({
    method: "POST",
    path: "/v1/posts",
    headers: {
      authorization: `Bearer ${tokens[author]}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ text: `${NEW_TEXT}${index} of ${idAt(ids, author)}: ${text}` }),
  }));
}

async function besideTarget(
  { url, pids, token, postPath }: Beside,
  { viewers, posts }: Workload,
  file: (name: string, requests: readonly BenchRequest[]) => Promise<string>,
): Promise<Target> {
  const headersOf = (user: number) => ({
    authorization: `Bearer ${token.replace("{user}", String(user))}`,
  });
  const requests = viewers.map((viewer): BenchRequest => {
    const address = `${url.pathname}${url.search}`;
    return { method: "GET", path: address, headers: headersOf(viewer), body: "" };
  });
  const reads = await file("beside", requests);
  const written = posts.slice(-BOUNDS.writeStream).map(({ author, text }): BenchRequest => {
    const headers = { ...headersOf(author), "content-type": "application/json" };
    return { method: "POST", path: postPath ?? "", headers, body: JSON.stringify({ text }) };
  });
  const writes = postPath === null ? null : await file("beside-posts", written);
  return { name: NAMES.beside, url: url.origin, pids, reads, writes, verified: null };
}

/** The page whose size is nearest to the mean. */
function typicalPage(pages: readonly ReadPage[]): string {
  const size = mean(pages.map(({ text }) => text.length));
  const off = ({ text }: ReadPage) => Math.abs(text.length - size);
  return pages.reduce((best, page) => (off(page) < off(best) ? page : best)).text;
}
