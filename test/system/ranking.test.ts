import { afterAll, beforeAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { headsIn, recordOf } from "../../core/ranking/log-record.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { download } from "../../dev/rank-log/download.ts";

const SLATE_MS = 4_000;
/** The machine may be busy: what is told after an answer is there within this. */
const patiently = { timeout: 60_000, interval: 200 };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    vars: {
      objects: { RANK_SLATE_MS: String(SLATE_MS) },
      feed: { RANK_WEIGHTS: JSON.stringify({ name: "tested", weights: { comment: 7 } }) },
    },
  });
});
afterAll(async () => cluster.stop());

async function newUser(handle: string) {
  const anonymous = createClient({ baseUrl: cluster.url });
  const { token, user } = (await anonymous.createUser({ handle, name: handle })) as Session;
  return { user, client: createClient({ baseUrl: cluster.url, token: () => token }) };
}

it("ranks a new reader's feed, explains it, and logs what they did with it", async ({ expect }) => {
  const [author, reader] = [await newUser("author"), await newUser("reader")];
  const posts: string[] = [];
  for (let n = 0; n < 3; n++)
    posts.push((await author.client.createPost({ text: `#tea number ${n}` })).id);
  await reader.client.follow(author.user.id);

  // A first page may be late on a busy machine; the entry that is kept has scores.
  let page = await reader.client.feed();
  await expect
    .poll(async () => {
      page = await reader.client.feed();
      return [page.calls, page.mode];
    }, patiently)
    .toEqual([1, "light-model"]);
  expect(page).toMatchObject({ reason: "no_ranker", model: expect.any(String) });
  const slate = page.slate ?? "";
  const [first] = page.items;
  const post = first?.id ?? "";

  const why = await reader.client.why(post);
  expect(why).toMatchObject({ mode: "light-model", model: page.model, borrowed: null });
  expect(why.weights).toMatch(/^tested-[0-9a-f]{8}$/);
  const parts = [...why.contributions, ...why.penalties];
  expect(why.score).toBeCloseTo(
    parts.reduce((sum, { value }) => sum + value, 0),
    9,
  );
  const comment = why.contributions.find(({ name }) => name === "comment");
  expect(comment?.value).toBeCloseTo(7 * (comment?.probability ?? 0), 9);

  const shown = page.items.map((item, place) => ({ kind: "shown" as const, post: item.id, place }));
  await reader.client.reportEvents({ slates: [{ slate, events: shown }] });
  await reader.client.reactToPost(post, "like");
  // Somebody else's slate: it counts for nothing.
  await author.client.reportEvents({ slates: [{ slate, events: [{ kind: "open", post }] }] });

  const token = await mintToken(
    { url: cluster.url, secret: cluster.secrets.authSecret, issuer: "edgewise" },
    "0",
    Date.now(),
  );
  const operator = createClient({ baseUrl: cluster.url, token: () => token });
  let text = "";
  await expect
    .poll(async () => {
      text = "";
      await download(operator, (more) => (text += more));
      return text.includes(slate);
    }, patiently)
    .toBe(true);
  const records = text
    .trim()
    .split("\n")
    .flatMap((line) => {
      const record = recordOf(line);
      if (!record.ok) throw new Error(record.error);
      return record.value.slate === slate ? [record.value] : [];
    });
  expect(records.map((record) => record.post).toSorted()).toEqual(posts.toSorted());
  const liked = records.filter(({ actions }) => headsIn(actions).includes("like"));
  expect(liked.map((record) => [record.post, record.place])).toEqual([[post, 0]]);
  expect(records.every(({ viewer }) => viewer === reader.user.id)).toBe(true);
});
