import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, type ExpectStatic, it } from "vitest";

import type { FeedPage } from "../../core/feed/schemas.ts";
import { run } from "../../deploy/run.ts";
import { startProduct } from "./product.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edgewise-start-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = () => startProduct(["--no-ranker", "--data", folder]);

/** On a busy machine. */
const BUSY = { timeout: 300_000 };
const PATIENTLY = { timeout: 40_000, interval: 700 };
const json = { "content-type": "application/json" };

it("keeps its data, and the tokens it gave, over a restart", async ({ expect }) => {
  const first = await start();
  const created = await fetch(`${first.url}/v1/users`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ handle: "ada", name: "Ada" }),
  });
  const { token } = (await created.json()) as { token: string };
  const headers = { ...json, authorization: `Bearer ${token}` };
  const body = JSON.stringify({ text: "still here" });
  await fetch(`${first.url}/v1/posts`, { method: "POST", headers, body });
  // A second one over the same folder is refused at once, and disturbs nothing.
  const late = await run("node", ["dev/start.ts", "--no-ranker", "--data", folder], { PORT: "0" });
  expect([late.code, late.output]).toEqual([1, expect.stringContaining("Another product runs")]);
  expect(await first.stop("SIGTERM")).toBe(0);

  const second = await start();
  const feed = await fetch(`${second.url}/v1/feed`, { headers });
  expect(feed.status).toBe(200);
  const { items } = (await feed.json()) as { items: { text: string }[] };
  expect(items.map((item) => item.text)).toEqual(["still here"]);
  expect(await second.stop("SIGINT")).toBe(0);
  expect(second.said()).toContain("Stopped.");
});

it("serves the app, the docs and the API description", async ({ expect }) => {
  const product = await start();
  try {
    const types = new Map<string, string | null>();
    for (const at of ["/", "/u/ada", "/docs", "/openapi.json", "/healthz"]) {
      const answer = await fetch(product.url + at);
      expect(answer.status, at).toBe(200);
      types.set(at, (answer.headers.get("content-type") ?? "").split(";")[0] ?? null);
    }
    expect([...types.values()]).toEqual([
      "text/html",
      "text/html",
      "text/html",
      "application/json",
      "application/json",
    ]);
    expect((await fetch(`${product.url}/assets/none.js`)).status).toBe(404);
  } finally {
    await product.stop("SIGTERM");
  }
});

it(
  "starts a ranker beside the product, prints what is traced, stops it, or leaves it out",
  BUSY,
  async ({ expect }) => {
    const withRanker = await startProduct(["--data", folder]);
    const url = /by model \S+ \(fp32, cpu\) at (http:\S+)\n/.exec(withRanker.said())?.[1] ?? "";
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("ranker_ready 1");
    await followTraces(withRanker, expect);
    expect(await withRanker.stop("SIGTERM")).toBe(0);
    await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow();

    const without = await startProduct(["--no-ranker", "--data", folder]);
    expect(without.said()).toContain("by the light model in the Worker: no ranker was started");
    expect(await without.stop("SIGTERM")).toBe(0);
  },
);

/** A page and a post, each from where it enters to the last that takes part. */
async function followTraces(
  { url, said }: Awaited<ReturnType<typeof startProduct>>,
  expect: ExpectStatic,
): Promise<void> {
  const send = async (token: string, method: string, at: string, body?: object, trace?: string) => {
    const answer = await fetch(url + at, {
      method,
      headers: {
        ...json,
        authorization: `Bearer ${token}`,
        ...(trace !== undefined && { traceparent: `00-${trace}-00f067aa0ba902b7-01` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${at}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const signUp = async (handle: string) => {
    const body = JSON.stringify({ handle, name: handle });
    const answer = await fetch(`${url}/v1/users`, { method: "POST", headers: json, body });
    return ((await answer.json()) as { token: string }).token;
  };
  /** Of each span, how deep it is and what it is called. */
  const hops = (trace: string): string[] => {
    const [, tree = ""] = said().split(`trace ${trace}\n`);
    const lines = tree.split("\n");
    const own = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith("  ")),
    );
    return own.map((line) => line.replace(/(?<=\S) {2,}.*/, ""));
  };

  const author = await signUp("traced_author");
  const posted = "a".repeat(32);
  await send(author, "POST", "/v1/posts", { text: "follow me #tea" }, posted);

  // A busy machine may have no time for the ranker: another reader follows.
  let trace = "";
  let number = 0;
  const read = async () => {
    trace = String(++number).padStart(32, "0");
    const reader = await signUp(`traced_reader_${number}`);
    await send(reader, "PUT", "/v1/users/traced_author/follow");
    const answer = await send(reader, "GET", "/v1/feed?mode=ranked", undefined, trace);
    expect(answer.headers.get("edgewise-trace")).toBe(trace);
    expect(answer.headers.get("server-timing")).toMatch(
      /^total;dur=\d+, feed;dur=\d+, cache;dur=\d+, graph;dur=\d+, rank;dur=\d+;desc="[a-z-]+"$/,
    );
    return ((await answer.json()) as FeedPage).mode;
  };
  await expect.poll(read, PATIENTLY).toBe("ranked");
  await expect
    .poll(() => hops(trace), PATIENTLY)
    .toEqual(
      expect.arrayContaining([
        "  gateway GET /v1/feed",
        "    feed",
        "      feed-bucket page",
        "      follower union",
        "      feature-bucket facts",
        "      ranking-proxy rank",
        "        gpu-ranker infer",
      ]),
    );
  await expect
    .poll(() => hops(posted), PATIENTLY)
    .toEqual([
      "  gateway POST /v1/posts",
      "    feed",
      "      follower read",
      "      leader write",
      "        fanout plan",
      "          fanout deliver",
    ]);
}

it("says what to do when the port is taken", async ({ expect }) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { code, output } = await run("node", ["dev/start.ts"], { PORT: String(port) });
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} of 127.0.0.1 is taken`);
    expect(output).toContain(`PORT=${port + 1} npm start`);
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
});

it.for([
  [["--users", "many"], {}, "--users must be a whole number"],
  [["--wrong"], {}, "--wrong"],
  [[], { PORT: "http" }, "PORT must be a whole number"],
] as const)("refuses %s %s, and names it", async ([args, env, message], { expect }) => {
  const { code, output } = await run("node", ["dev/start.ts", ...args], env);
  expect(code).toBe(2);
  expect(output).toContain(message);
});
