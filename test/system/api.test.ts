import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, it } from "vitest";

import { createClient } from "../../client/client.ts";
import { LISTED_ROOT } from "../../core/feed/directory.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { shardOf } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { run } from "../../deploy/run.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { type ProblemBody, problemOf } from "../gateway/harness.ts";
import { pngOf } from "../gateway/images.ts";
import { MALFORMED_ADDRESSES } from "../gateway/malformed-addresses.ts";
import { MALFORMED_BODIES } from "../gateway/malformed-bodies.ts";

/** The table of the gateway's own test, now through the whole product. */
const TABLE = [...MALFORMED_BODIES, ...MALFORMED_ADDRESSES].filter(
  // A client library does not send these; the gateway's test does.
  ([, { headers }]) => headers?.["content-length"] === undefined,
);

let cluster: Cluster;
const errors: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    onLog: (level, message) => level === "error" && errors.push(message),
  });
});
afterAll(async () => cluster.stop());

/** A user whose token also has a role, so that 170 bad requests are not a rate limit's. */
async function newUser(handle: string) {
  const anonymous = createClient({ baseUrl: cluster.url });
  const { user } = (await anonymous.createUser({ handle, name: handle })) as Session;
  const token = await new SignJWT({ sub: user.id, roles: ["loader"] })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("edgewise")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(cluster.secrets.authSecret));
  return { user, token, client: createClient({ baseUrl: cluster.url, token: () => token }) };
}

it("answers every malformed request with a clear 4xx, loses nothing and logs no bug", async ({
  expect,
}) => {
  const { client, token } = await newUser("careful");
  const post = await client.createPost({ text: "still here" });
  const wrong: unknown[] = [];
  for (const [name, { path, status, field: _, ...init }] of TABLE) {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(`${cluster.url}${path}`, { ...init, headers });
    const problem = await problemOf(response);
    // Without its post, a page of comments is missing before its cursor is forged.
    const early = problem.code === "not_found" && path.includes("cursor=forged");
    if (problem.status !== status && !early) wrong.push([name, problem]);
  }
  expect(wrong).toEqual([]);
  const feed = await client.feed();
  expect(feed.items.map(({ id, text }) => [id, text])).toEqual([[post.id, "still here"]]);
  expect(errors).toEqual([]);
});

describe("a post that is not for you", () => {
  const missing = "1184274518016";

  it("answers everything exactly like one that never was", async ({ expect }) => {
    const author = await newUser("author");
    const stranger = await newUser("stranger");
    const { id } = await author.client.createPost({ text: "mine alone", audience: "only_me" });
    const comment = await author.client.addComment(id, { text: "a note to myself" });
    const { client } = stranger;
    const attempts = (post: string, onComment: string) => [
      () => client.post(post),
      () => client.comments(post),
      () => client.addComment(post, { text: "hi" }),
      () => client.addComment(post, { text: "hi", replyTo: onComment }),
      () => client.deleteComment(onComment),
      () => client.reactToPost(post, "like"),
      () => client.unreactToPost(post),
      () => client.postReactions(post),
      () => client.reactToComment(onComment, "like"),
      () => client.commentReactions(onComment),
      () => client.createPost({ repostOf: post }),
      () => client.createPost({ text: "look", quoteOf: post }),
      () => client.setAudience(post, "public"),
      () => client.deletePost(post),
    ];
    const answers = async (tries: ReturnType<typeof attempts>) =>
      Promise.all(
        tries.map((attempt) =>
          attempt().then(
            (value) => ["answered", value],
            ({ code, status, detail }: ProblemBody) => [code, status, detail],
          ),
        ),
      );
    const hidden = await answers(attempts(id, comment.id));
    expect(hidden).toEqual(await answers(attempts(missing, missing)));
    expect(hidden.map(([code]) => code)).not.toContain("answered");

    const kept = await author.client.post(id);
    expect([kept.text, kept.audience, kept.counts.comments]).toEqual(["mine alone", "only_me", 1]);
    expect((await client.userPosts("author")).items).toEqual([]);
  });
});

it("refuses a cursor of another viewer, of another list, and one with any change", async ({
  expect,
}) => {
  const [one, two] = [await newUser("one"), await newUser("two")];
  for (const text of ["a", "b", "c"]) await one.client.createPost({ text });
  const { cursor } = await one.client.feed({ limit: 1 });
  if (cursor === null) throw new Error("three posts are more than one page of one");
  expect((await one.client.feed({ limit: 1, cursor })).items[0]?.text).toBe("b");

  const refused = { code: "invalid_cursor", status: 400 };
  await expect(two.client.feed({ cursor })).rejects.toMatchObject(refused);
  await expect(one.client.userPosts("one", { cursor })).rejects.toMatchObject(refused);
  await expect(one.client.followers("one", { cursor })).rejects.toMatchObject(refused);
  for (let at = 0; at < cursor.length; at += 5) {
    const changed = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
    await expect(one.client.feed({ cursor: changed })).rejects.toMatchObject(refused);
  }
});

it("keeps an image in the bucket, and serves it whole, in part, or not again", async ({
  expect,
}) => {
  const { client } = await newUser("painter");
  const bytes = pngOf(5, 4);
  const media = await client.uploadMedia(bytes);
  expect(media).toMatchObject({ width: 5, height: 4 });
  const get = async (headers: Record<string, string> = {}) => {
    const response = await fetch(client.mediaUrl(media.key), { headers });
    return { response, body: new Uint8Array(await response.arrayBuffer()) };
  };
  const whole = await get();
  expect(whole.response.headers.get("content-type")).toBe("image/png");
  expect(whole.body).toEqual(bytes);

  const part = await get({ range: "bytes=10-19" });
  expect([part.response.status, part.response.headers.get("content-range")]).toEqual([
    206,
    "bytes 10-19/64",
  ]);
  expect(part.body).toEqual(bytes.subarray(10, 20));
  expect((await get({ range: "bytes=64-" })).response.status).toBe(416);

  const etag = whole.response.headers.get("etag") ?? "";
  expect((await get({ "if-none-match": etag })).response.status).toBe(304);
  const post = await client.createPost({ text: "", media: [{ ...media, alt: "a small picture" }] });
  expect(post.media).toEqual([{ ...media, alt: "a small picture" }]);
});

it("answers the documentation's first example with the feed of a demo user", async ({ expect }) => {
  const { user, client } = await newUser("example");
  const post = await client.createPost({ text: "for the example" });
  const listing = { id1: String(LISTED_ROOT), atype: ASSOC.listed, id2: user.id };
  const writes = [{ op: "assocAdd", ...listing, timeMs: 1, data: "" }];
  await client.graphWrite({ batches: [{ shard: shardOf(LISTED_ROOT), opId: null, writes }] });

  const page = await (await fetch(`${cluster.url}/docs`)).text();
  const example = /<pre><code>(EDGEWISE=.*?)<\/code>/s.exec(page)?.[1] ?? "";
  const script = example
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replace("http://127.0.0.1:8787", cluster.url);
  const { output } = await run("sh", ["-c", script], {});
  expect(JSON.parse(output)).toMatchObject({ items: [{ id: post.id }] });
});
