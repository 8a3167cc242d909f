import path from "node:path";
import { writeFile } from "node:fs/promises";

import { ASSOC } from "../../core/tao/registry.ts";
import { toGraphJson } from "../../core/tao/graph-wire.ts";
import { FEED_PATH } from "../feed-read/pages.ts";
import { type Product, startProduct } from "../feed-read/product.ts";
import { writeVerified } from "../load/answers.ts";
import { type BenchRequest, writeRequests } from "../load/requests.ts";
import { idAt, loadWorkload } from "../workload/load.ts";
import { Oracle } from "../workload/oracle.ts";
import { makeWorkload, type Workload } from "../workload/workload.ts";
import type { Stream } from "./drive/plan.ts";
import type { OverloadOptions } from "./options.ts";

export type Reads = "cold" | "warm";
export const COLD_PATH = "/v1/feed?mode=ranked&limit=20";
/** A ranked first page shows some of so many newest posts: `LIMITS.feedEntryPosts`, with room. */
const CANDIDATES = 120;
/** An hour and more before the posts: what is marked as seen is none of them, and changes no page. */
const SEEN_FROM_MS = Date.UTC(2025, 0, 2);

/** One product under load, its world in it. */
export interface Loaded {
  readonly product: Product;
  readonly streams: readonly Stream[];
}

/** @param limits whether the product refuses what is too much. */
export async function startLoaded(
  reads: Reads,
  limits: "on" | "off",
  options: OverloadOptions,
  folder: string,
  say: (text: string) => void,
): Promise<Loaded> {
  const ADMISSION = limits;
  const product = await startProduct(say, {
    vars: { ADMISSION, FEED_CACHE: reads === "cold" ? "off" : "embedded" },
    gatewayVars: { ADMISSION },
  });
  const workload = makeWorkload(options);
  const ids = await loadWorkload(product.api, product.map, workload);
  const tokens = await Promise.all(ids.map((id) => product.token(String(id))));
  const viewers = [...new Set(workload.viewers)];
  const file = (name: string) => path.join(folder, `${reads}-${limits}-${name}`);

  const get = (viewer: number): BenchRequest => ({
    method: "GET",
    path: reads === "cold" ? COLD_PATH : FEED_PATH,
    headers: { authorization: `Bearer ${tokens[viewer]}` },
    body: "",
  });
  const post = (to: string, token: string, body: string): BenchRequest => ({
    method: "POST",
    path: to,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
  });
  const seen = (viewer: number, n: number) => {
    const place = { timeMs: SEEN_FROM_MS + n * 1_000, id: String(idAt(ids, viewer)) };
    return JSON.stringify({ ranges: [{ from: place, to: place }] });
  };
  const counts = ids.slice(0, 20).map((id1) => {
    return { op: "assocCount", id1, atype: ASSOC.followedBy } as const;
  });
  const loader = await product.operatorToken();
  const batch = toGraphJson({ consistency: "eventual", reads: counts });

  await writeRequests(file("reads"), viewers.map(get));
  await writeRequests(
    file("writes"),
    viewers.flatMap((viewer) =>
      [1, 2, 3].map((n) => post("/v1/feed/seen", tokens[viewer] ?? "", seen(viewer, n))),
    ),
  );
  await writeRequests(
    file("realtime"),
    viewers.map((viewer) => post("/v1/realtime/caught-up", tokens[viewer] ?? "", "")),
  );
  await writeRequests(file("batch"), [post("/v1/admin/graph/read", loader, batch)]);
  const known = file("known");
  if (reads === "cold") await writeAllowed(known, workload, viewers);
  else await writeVerified(known, await warmPages(product, viewers.map(get), workload, viewers));

  const check = reads === "cold" ? "posts of the viewer's" : "verified page";
  return {
    product,
    streams: [
      { label: "interactive", share: 0.9, requests: file("reads"), check, known },
      { label: "write", share: 0.05, requests: file("writes"), check: "any", known: "" },
      { label: "realtime", share: 0.03, requests: file("realtime"), check: "any", known: "" },
      { label: "batch", share: 0.02, requests: file("batch"), check: "any", known: "" },
    ],
  };
}

/** One line a viewer: the numbers of the posts that may be on their page. */
async function writeAllowed(
  file: string,
  workload: Workload,
  viewers: readonly number[],
): Promise<void> {
  const oracle = new Oracle(workload);
  const lines = viewers.map((viewer) =>
    oracle.home(viewer, CANDIDATES).map(({ text }) => text.slice(text.lastIndexOf("#") + 1)),
  );
  await writeFile(file, `${lines.map((numbers) => numbers.join(",")).join("\n")}\n`);
}

/** Until the cache has every page; compared with the oracle. @throws Error when one is not right. */
async function warmPages(
  { directUrl }: Product,
  requests: readonly BenchRequest[],
  workload: Workload,
  viewers: readonly number[],
): Promise<readonly string[]> {
  const oracle = new Oracle(workload);
  for (let pass = 0; ; pass++) {
    const bodies: string[] = [];
    for (const { path: to, headers } of requests) {
      const response = await fetch(`${directUrl}${to}`, { headers });
      bodies.push(await response.text());
    }
    for (const [place, body] of bodies.entries()) {
      const page = JSON.parse(body) as { readonly items?: readonly { readonly text: string }[] };
      const got = page.items?.map(({ text }) => text).join("\n");
      const wanted = oracle.home(viewers[place] ?? 0, 20).map(({ text }) => text);
      if (got !== wanted.join("\n")) throw new Error(`A page is not right: ${body.slice(0, 200)}`);
    }
    const cold = bodies.filter((body) => !body.endsWith('"calls":1}')).length;
    if (cold * 20 <= bodies.length) return bodies;
    if (pass >= PASSES_MAX) throw new Error(`${cold} of ${bodies.length} pages are in no cache`);
    await new Promise((resolve) => setTimeout(resolve, PASS_MS));
  }
}

/** Relations that were just loaded make the cache keep nothing of their users for a follower's TTL. */
const PASS_MS = 5_000;
const PASSES_MAX = 16;
