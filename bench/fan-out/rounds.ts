import { setTimeout as delay } from "node:timers/promises";

import type { Client } from "../../client/client.ts";
import type { FanoutPost } from "../../core/feed/fanout/admin.ts";
import { formatId } from "../../core/ids.ts";
import { cpuSeconds } from "../measure/processes.ts";
import { median } from "../measure/statistics.ts";
import type { FanOutOptions } from "./options.ts";
import type { FanOutProduct, Way } from "./product.ts";
import type { Author, World } from "./world.ts";

const SAMPLE_MS = 200;
const QUIET_MS = 3_000;
const DONE_SECONDS_MAX = 300;

/** One author's posts under one strategy. */
export interface Measured {
  readonly strategy: Way;
  readonly followers: number;
  /** ms of CPU of the runtime for one post, its writing included; the median round. */
  readonly cpuMs: number;
  readonly chunks: number;
  readonly calls: number;
  readonly named: number;
  readonly active: number;
  /** From each post's write to the end of its work. */
  readonly visibleMs: readonly number[];
  /** What waited or was on its way, every `SAMPLE_MS`. */
  readonly depths: readonly number[];
  /** Of reads beside the posts. */
  readonly readMs: readonly number[];
}

export interface Strategy {
  readonly measured: readonly Measured[];
  /** Of the same reads with nothing beside them. */
  readonly quietReadMs: readonly number[];
}

/** The posts of `authors` under the strategy that the product was started with. */
export async function measureStrategy(
  product: FanOutProduct,
  { authors, readers }: Pick<World, "readers"> & { readonly authors: readonly Author[] },
  strategy: Way,
  options: FanOutOptions,
): Promise<Strategy> {
  const clients = await Promise.all(readers.map((id) => product.as(formatId(id))));
  // Whoever reads has an entry from now on.
  for (const client of clients) await client.feed({});
  const quiet = readBeside(clients, options.readsPerSecond);
  await delay(QUIET_MS);
  const quietReadMs = await quiet.stop();

  const measured: Measured[] = [];
  for (const author of authors) {
    const client = await product.as(formatId(author.id));
    // Loads what the first post has to.
    await postsDone(product, [await post(client)]);
    const cpu: number[] = [];
    for (let round = 0; round < options.rounds; round++)
      cpu.push(await cpuRound(product, client, options.posts));

    const depth = sampleDepth(product);
    const reads = readBeside(clients, options.readsPerSecond);
    const ids = await posts(client, options.posts);
    const done = await postsDone(product, ids);
    measured.push({
      strategy,
      followers: author.followers,
      cpuMs: median(cpu),
      ...totals(done),
      visibleMs: done.map(({ doneMs, postedMs }) => (doneMs ?? Infinity) - postedMs),
      readMs: await reads.stop(),
      depths: await depth.stop(),
    });
  }
  return { measured, quietReadMs };
}

export const post = async (client: Client): Promise<string> =>
  (await client.createPost({ text: "What a bench has to say." })).id;

export async function posts(client: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await post(client));
  return ids;
}

/** CPU of one post, ms, less what an idle product would have used meanwhile. */
async function cpuRound(product: FanOutProduct, client: Client, count: number): Promise<number> {
  const idle = await cpuOf(product, () => delay(QUIET_MS));
  const busy = await cpuOf(product, async () => {
    await postsDone(product, await posts(client, count));
  });
  return ((busy.seconds - (idle.seconds / idle.wallMs) * busy.wallMs) * 1_000) / count;
}

async function cpuOf({ pids }: FanOutProduct, body: () => Promise<unknown>) {
  const startMs = performance.now();
  const before = cpuSeconds(pids);
  await body();
  return { seconds: cpuSeconds(pids) - before, wallMs: performance.now() - startMs };
}

/** How these posts were spread, once all are. Asks for the last one alone: it is done last, as a rule. */
export async function postsDone(
  product: FanOutProduct,
  ids: readonly string[],
): Promise<FanoutPost[]> {
  const done: FanoutPost[] = [];
  for (const id of ids.toReversed()) {
    for (let tries = 0; ; tries++) {
      const found = await product.operator.fanoutPost(id).catch(() => null);
      if (found !== null && found.doneMs !== null) {
        done.push(found);
        break;
      }
      if (tries * SAMPLE_MS > DONE_SECONDS_MAX * 1_000) throw new Error(`${id} is never spread`);
      await delay(SAMPLE_MS);
    }
  }
  return done;
}

function totals(done: readonly FanoutPost[]) {
  const mean = (of: (found: FanoutPost) => number) =>
    done.reduce((sum, found) => sum + of(found), 0) / done.length;
  return {
    chunks: mean(({ chunks }) => chunks),
    calls: mean(({ calls }) => calls),
    named: mean(({ named }) => named),
    active: mean(({ active }) => active),
  };
}

/** Calls `body` at a steady pace, without waiting for it, until stopped. */
function every<T>(ms: number, body: (n: number) => Promise<T>) {
  const results: Promise<T>[] = [];
  const timer = setInterval(() => results.push(body(results.length)), ms);
  return {
    stop: async (): Promise<T[]> => {
      clearInterval(timer);
      return Promise.all(results);
    },
  };
}

const sampleDepth = ({ operator }: FanOutProduct) =>
  every(SAMPLE_MS, async () => {
    const { shards } = await operator.fanout();
    return shards.reduce((sum, one) => sum + one.events + one.waiting + one.outstanding, 0);
  });

const readBeside = (clients: readonly Client[], perSecond: number) =>
  every(1_000 / perSecond, async (n) => {
    const startMs = performance.now();
    await clients[n % clients.length]?.feed({});
    return performance.now() - startMs;
  });
