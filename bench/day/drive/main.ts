import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { chance, pick, stream, zipfRank } from "../../../dev/world/random.ts";
import {
  type Acknowledged,
  crowdSchema,
  type Rate,
  rateSchema,
  type Sample,
  type Told,
} from "../sample.ts";

/**
 * People who read and write at the rates that the parent names on standard input, whether answers come or not.
 * One line of JSON for each answer, acknowledged write and change of the banner.
 *
 *   node drive/main.ts CROWD.json
 */
const crowd = crowdSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")));
/** Of the traffic; the rest is spread over the other regions. */
const HOME_SHARE = 0.8;
/**
 * Of the writes; the others are likes, which are what fills a feed's graph. Each post changes the pages of
 * twenty people: with more of them, pages of so few people are never kept for long enough to be read twice.
 */
const POST_SHARE = 0.03;
/** Longer than any answer may take: the gateway's own bound is 5 s. */
const TIMEOUT_MS = 10_000;
const POPULARITY = 0.9;
const LIKE_TRIES = 20;
/** Requests that wait for an answer: beyond that this machine has no sockets left, and it counts as none. */
const UNDER_WAY_MAX = 3_000;

const random = stream(crowd.seed, "day");
let rate: Rate = { reads: 0, writes: 0, lookups: 0 };
const over = new AbortController();
let underWay = 0;
const posts = [...crowd.posts];
const liked = new Set<string>();

const say = (line: Sample | Acknowledged | Told) => console.log(JSON.stringify(line));

createInterface({ input: process.stdin })
  .on("line", (line) => (rate = rateSchema.parse(JSON.parse(line))))
  .on("close", () => over.abort());

await Promise.all([
  openLoop(() => rate.reads, readFeed),
  openLoop(() => rate.lookups, lookUp),
  openLoop(() => rate.writes, write),
  watchBanner(),
]);

async function openLoop(perSecond: () => number, one: (dueMs: number) => Promise<void>) {
  let dueMs = Date.now();
  while (!over.signal.aborted) {
    const now = perSecond();
    if (now === 0) {
      await sleep(50);
      dueMs = Date.now();
      continue;
    }
    dueMs += 1_000 / now;
    const waitMs = dueMs - Date.now();
    if (waitMs > 1) await sleep(waitMs);
    void one(dueMs);
  }
}

interface Ask {
  readonly kind: Sample["kind"];
  readonly user: number;
  readonly dueMs: number;
  readonly path: string;
  readonly init?: { readonly method: string; readonly body: string; readonly key: string };
}

/** @returns the answer's JSON when it is a success, null otherwise. */
async function ask({
  kind,
  user,
  dueMs,
  path,
  init,
}: Ask): Promise<Record<string, unknown> | null> {
  const region = chance(random, HOME_SHARE) ? crowd.region : pick(random, crowd.others);
  const sample = { kind, region, dueMs, code: "", mode: "", reason: "", level: -1 };
  if (underWay >= UNDER_WAY_MAX) {
    say({ ...sample, tookMs: Date.now() - dueMs, status: 0, code: "no_socket_left" });
    return null;
  }
  underWay += 1;
  try {
    const answer = await fetch(`${pick(random, crowd.urls)}${path}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${crowd.tokens[user] ?? ""}`,
        "x-edgewise-region": region,
        ...(init && { "content-type": "application/json", "idempotency-key": init.key }),
      },
      ...(init && { method: init.method, body: init.body }),
    });
    const body = JSON.parse((await answer.text()) || "null") as Record<string, unknown> | null;
    const text = (name: string) => (typeof body?.[name] === "string" ? body[name] : "");
    say({
      ...sample,
      tookMs: Date.now() - dueMs,
      status: answer.status,
      code: answer.ok ? "" : text("code"),
      ...(kind === "feed" && { mode: text("mode"), reason: text("reason") }),
      level: Number(answer.headers.get("edgewise-level") ?? -1),
    });
    return answer.ok ? body : null;
  } catch (error) {
    const code = error instanceof DOMException ? "timeout" : "no_answer";
    say({ ...sample, tookMs: Date.now() - dueMs, status: 0, code });
    return null;
  } finally {
    underWay -= 1;
  }
}

function someone(): number {
  return zipfRank(random, crowd.tokens.length, POPULARITY);
}

async function readFeed(dueMs: number): Promise<void> {
  await ask({ kind: "feed", user: someone(), dueMs, path: "/v1/feed" });
}

/** Those who come most often have liked much of what there is. */
function notYetLiked(user: number): string | null {
  for (let tries = 0; tries < LIKE_TRIES; tries++) {
    const post = pick(random, posts);
    if (!liked.has(`${user}:${post}`)) return post;
  }
  return null;
}

async function lookUp(dueMs: number): Promise<void> {
  await ask({ kind: "post", user: someone(), dueMs, path: `/v1/posts/${pick(random, posts)}` });
}

async function write(dueMs: number): Promise<void> {
  const user = someone();
  const key = `day-${crowd.seed}-${dueMs.toFixed(3)}-${Math.floor(random.next() * 1e9)}`;
  if (chance(random, POST_SHARE)) {
    const body = JSON.stringify({ text: `today ${key}`, audience: "public" });
    const made = await ask({
      kind: "write",
      user,
      dueMs,
      path: "/v1/posts",
      init: { method: "POST", body, key },
    });
    if (typeof made?.["id"] !== "string") return;
    say({ acknowledged: "post", user, post: made["id"] });
    posts.push(made["id"]);
    return;
  }
  const post = notYetLiked(user);
  if (post === null) return;
  liked.add(`${user}:${post}`);
  const init = { method: "PUT", body: '{"kind":"like"}', key };
  const done = await ask({ kind: "like", user, dueMs, path: `/v1/posts/${post}/reaction`, init });
  if (done !== null) say({ acknowledged: "like", user, post });
}

/** What somebody in the region who looks at the app is told. */
async function watchBanner(): Promise<void> {
  let last = "";
  for (let at = 0; !over.signal.aborted; at++) {
    const url = crowd.urls[at % crowd.urls.length] ?? "";
    try {
      const answer = await fetch(`${url}/v1/status`, {
        signal: AbortSignal.timeout(2_000),
        headers: { "x-edgewise-region": crowd.region },
      });
      const { message } = (await answer.json()) as { message: string | null };
      const told = message ?? "";
      if (answer.ok && told !== last) say({ told, atMs: Date.now() });
      if (answer.ok) last = told;
    } catch {
      // Nobody is told anything: the next second asks again.
    }
    await sleep(500);
  }
}
