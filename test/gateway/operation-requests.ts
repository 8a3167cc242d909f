import type { Operation } from "../../workers/gateway/operation.ts";
import { FIRING_ALERT } from "../fakes/fake-controllers.ts";
import { pngOf } from "./images.ts";

const DRILL = { dependency: "ranker", kind: "latency", ms: 200 };

/** A body that each operation accepts. */
const BODIES: Record<string, unknown> = {
  signIn: { handle: "ada" },
  createUser: { handle: "eve", name: "Eve" },
  createPost: { text: "hello" },
  setAudience: { audience: "friends" },
  addComment: { text: "hi" },
  reactToPost: { kind: "like" },
  reactToComment: { kind: "like" },
  updateMe: { name: "Ada L." },
  updateSettings: { feedMode: "latest", defaultAudience: "public", theme: "dark", autoplay: false },
  graphWrite: { batches: [] },
  graphRead: { reads: [] },
  moveShard: { region: "eu-west", reason: "to see" },
  createRollout: { id: "a", flag: "feed.cache", treatment: false, reason: "to see" },
  actOnRollout: { action: "start", revision: 1, reason: "to see" },
  demoOperator: { role: "operator" },
  markRead: { upToMs: 1 },
  reportSeen: { ranges: [{ from: { timeMs: 2, id: "2" }, to: { timeMs: 1, id: "1" } }] },
  reportEvents: { slates: [{ slate: "slate-1", events: [{ kind: "open", post: "1" }] }] },
  setFeedback: { kind: "more" },
  fanoutReplay: { reason: "to see" },
  startDrill: { ...DRILL, minutes: 5, reason: "to see", revision: 1 },
  stopDrill: { reason: "seen" },
  stopAllDrills: { reason: "seen" },
  acknowledgeAlert: { reason: "on it", revision: 1 },
  drainRegion: { keep: 0.5, reason: "a drill", minutes: 5, revision: 1 },
  pinLevel: { level: 2, reason: "a drill", minutes: 5, revision: 1 },
};

const QUERIES: Record<string, string> = {
  newPosts: "?since=1780000000000.1184274518016",
  why: "?post=1184274518017",
  rankLogSegment: "?key=rank-log/2026-11-17/feature-bucket.us-east.0/slate-1.jsonl",
  whyNot: "?post=1184274518017",
};

/** A request that each operation accepts, from whoever may make it. */
export function requestFor(
  op: Operation,
): [string, RequestInit & { headers: Record<string, string> }] {
  const path = op.path
    .replace("{user}", "ada")
    .replace("{id}", "1184274518017")
    .replace("{post}", "1184274518017")
    .replace("{shard}", "3")
    .replace("{region}", "apac")
    .replace("{alert}", FIRING_ALERT)
    .concat(QUERIES[op.id] ?? "");
  const upgrade = op.connects === "websocket" ? { upgrade: "websocket" } : {};
  const init = { method: op.method.toUpperCase(), headers: upgrade };
  if (op.bodyKind === "stream") return [path, { ...init, body: pngOf(2, 2) }];
  if (op.body === undefined) return [path, init];
  const headers = { "content-type": "application/json" };
  return [path, { ...init, headers, body: JSON.stringify(BODIES[op.id]) }];
}
