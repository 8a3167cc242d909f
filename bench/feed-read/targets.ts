import path from "node:path";

import type { Id } from "../../core/ids.ts";
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
  frontDoor: "  through the front door",
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
  const { product, workload, tokens, pages, beside } = parts;
  const reads = (pathOf: (page: ReadPage) => string) =>
    workload.viewers.flatMap((viewer): BenchRequest[] => {
      const page = pages.get(viewer);
      if (page === undefined) return [];
      const headers = { authorization: `Bearer ${tokens[viewer]}` };
      return [{ method: "GET", path: pathOf(page), headers, body: "" }];
    });
  const file = async (name: string, requests: readonly BenchRequest[]) => {
    const full = path.join(parts.folder, `${name}.requests`);
    await writeRequests(full, requests);
    return full;
  };

  const own = {
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
    { name: NAMES.frontDoor, url: product.frontDoorUrl, ...own, writes },
  ];
  const floors: FloorServer[] = [];
  const bindings = { PAGE: typicalPage([...pages.values()]), OBJECTS: String(SHARDS) };
  const addFloor = async (name: string, floor: Floor, pathOf: (page: ReadPage) => string) => {
    const server = await startFloor(floor, bindings);
    floors.push(server);
    const requests = await file(`floor-${floors.length}`, reads(pathOf));
    targets.push({ name, url: server.url, pids: server.pids, reads: requests, writes: null });
  };
  await addFloor(NAMES.page, "page", () => "/");
  await addFloor(NAMES.oneCall, "one-call", ({ viewer }) => `/${viewer % SHARDS}`);
  await addFloor(NAMES.service, "through-service", ({ viewer }) => `/${viewer % SHARDS}`);
  await addFloor(NAMES.perShard, "empty-calls", ({ shards }) => `/${shards}`);
  await addFloor(NAMES.perCall, "empty-calls", ({ calls }) => `/${calls}`);
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
    body: JSON.stringify({ text: `new ${index} of ${idAt(ids, author)}: ${text}` }),
  }));
}

async function besideTarget(
  { url, pids, token }: Beside,
  { viewers }: Workload,
  file: (name: string, requests: readonly BenchRequest[]) => Promise<string>,
): Promise<Target> {
  const requests = viewers.map((viewer): BenchRequest => {
    const headers = { authorization: `Bearer ${token.replace("{user}", String(viewer))}` };
    return { method: "GET", path: `${url.pathname}${url.search}`, headers, body: "" };
  });
  const reads = await file("beside", requests);
  return { name: NAMES.beside, url: url.origin, pids, reads, writes: null };
}

/** The page whose size is nearest to the mean. */
function typicalPage(pages: readonly ReadPage[]): string {
  const size = mean(pages.map(({ text }) => text.length));
  const off = ({ text }: ReadPage) => Math.abs(text.length - size);
  return pages.reduce((best, page) => (off(page) < off(best) ? page : best)).text;
}
