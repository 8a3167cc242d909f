import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { createClient } from "../../../client/client.ts";
import { ApiProblem } from "../../../client/problem.ts";
import type { Session } from "../../../core/feed/schemas.ts";
import type { Cluster } from "../../../dev/cluster.ts";
import type { Sample } from "../load.ts";
import type { Place } from "./mishaps.ts";

/** Where the front door takes a request to come from. */
const FROM: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "us-east": { continent: "NA", latitude: "40.7", longitude: "-74.0" },
  "us-west": { continent: "NA", latitude: "37.8", longitude: "-122.4" },
  "eu-west": { continent: "EU", latitude: "52.4", longitude: "4.9" },
  apac: { continent: "AS", latitude: "1.3", longitude: "103.8" },
};
export const REGIONS = Object.keys(FROM);
/** Viewers of a region: what a ranker scored for them is remembered, so that few of many meet what is cached. */
const VIEWERS = 40;

const pageSchema = z.object({
  mode: z.string(),
  reason: z.string(),
  model: z.string().nullable(),
  items: z.array(z.unknown()),
});

/** People with feeds of `posts` posts. @returns tokens of viewers. */
export async function people(cluster: Cluster, posts: number): Promise<readonly string[]> {
  const baseUrl = cluster.url;
  const signUp = async (handle: string) => {
    const made = await patient(() =>
      createClient({ baseUrl }).createUser({ handle, name: handle }),
    );
    const { token } = made as Session;
    return { token, api: createClient({ baseUrl, token: () => token }) };
  };
  const author = await signUp("author");
  for (let n = 0; n < posts; n++)
    await patient(() =>
      author.api.createPost({ text: `post ${n} #topic${n % 7}`, audience: "public" }),
    );
  const tokens: string[] = [];
  for (let n = 0; n < VIEWERS; n++) {
    const { token, api } = await signUp(`viewer${n}`);
    await api.follow("author");
    tokens.push(token);
  }
  return tokens;
}

/** One person's limits are those of the product: who is told to wait does. */
async function patient<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 429) throw error;
      await sleep(error.retryAfterMs ?? 1_000);
    }
  }
}

/**
 * One feed request. A label is true when it says `ranked` and a ranker scored meanwhile, or names a lower rung and
 * the reason for it, and a model unless it is the last.
 */
export async function askFeed(
  { url }: Cluster,
  { region, shim }: Place,
  token: string,
  dueMs: number,
): Promise<Sample> {
  const sentMs = Date.now();
  try {
    const answer = await fetch(`${url}/v1/feed?mode=ranked`, {
      headers: {
        authorization: `Bearer ${token}`,
        "MF-CF-Blob": JSON.stringify({ colo: "DFW", ...FROM[region] }),
      },
    });
    const text = await answer.text();
    const endMs = Date.now();
    if (answer.status !== 200)
      return {
        mode: `status ${answer.status}`,
        reason: text.slice(0, 80),
        isTrue: false,
        dueMs,
        tookMs: endMs - dueMs,
      };
    const { mode, reason, model, items } = pageSchema.parse(JSON.parse(text));
    const wasScored = shim.scoredMs.some((atMs) => atMs >= sentMs && atMs <= endMs);
    const isTrue =
      items.length > 0 &&
      (mode === "chronological") === (model === null) &&
      (mode === "ranked" ? wasScored : reason !== "ok");
    return { mode, reason, isTrue, dueMs, tookMs: endMs - dueMs };
  } catch (error) {
    const failed = { mode: "none", reason: String(error), isTrue: false };
    return { ...failed, dueMs, tookMs: Number.POSITIVE_INFINITY };
  }
}
