import { setTimeout as delay } from "node:timers/promises";

import { it } from "vitest";

import { type Client, createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { bucketOf, isInside } from "../../core/rollout/bucketing.ts";
import { startCluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";

const FLAG = "feed.page-max";
const SHARE = 9_000;
const PLAN = { stages: [{ share: SHARE }, { share: 10_000 }], bakeMs: 3_600_000 };
const POSTS = 8;

/** Somebody who is in the treatment. */
async function insider(url: string): Promise<Session> {
  for (let n = 0; n < 20; n++) {
    const made = await createClient({ baseUrl: url }).createUser({
      handle: `ada${n}`,
      name: "Ada",
    });
    const session = made as Session;
    if (isInside(bucketOf(FLAG, session.user.id), SHARE)) return session;
  }
  throw new Error("nine of ten are inside");
}

async function until(client: Client, posts: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { items } = await client.feed({ mode: "latest", limit: 20 });
    if (items.length === posts) return;
    await delay(50);
  }
  throw new Error(`no page of ${posts} posts`);
}

it("gives a treatment to those inside in every isolate, and takes it back from all by a kill", async ({
  expect,
}) => {
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    moreGateways: ["gateway-2"],
    moreFeeds: true,
  });
  try {
    const { url, secrets } = cluster;
    const { token } = await insider(url);
    const urls = [url, await cluster.directUrl("gateway-2")];
    const clients = urls.map((baseUrl) => createClient({ baseUrl, token: () => token }));
    const [ada] = clients;
    for (let n = 0; n < POSTS; n++) await ada?.createPost({ text: `post ${n}` });

    const minting = { url, secret: secrets.authSecret, issuer: "edgewise" };
    const operatorToken = await mintToken(minting, "carol", Date.now());
    const operator = createClient({ baseUrl: url, token: () => operatorToken });
    const wish = { id: "small", flag: FLAG, treatment: 5, plan: PLAN, reason: "a test" } as const;
    await expect(ada?.createRollout(wish)).rejects.toMatchObject({ status: 403 });
    const { revision } = await operator.createRollout(wish);
    await Promise.all(clients.map((client) => until(client, POSTS)));
    const act = (action: "start" | "kill", seen: number | null) =>
      operator.actOnRollout("small", { action, revision: seen, reason: `to ${action}` });
    await act("start", revision);
    await Promise.all(clients.map((client) => until(client, 5)));
    await expect(act("kill", revision)).rejects.toMatchObject({ status: 409 });
    await act("kill", null);
    await Promise.all(clients.map((client) => until(client, POSTS)));

    const { audit, rollouts } = await operator.rollouts();
    expect(audit.map(({ action, who }) => `${action} ${who}`)).toEqual([
      "kill carol",
      "start carol",
      "create carol",
    ]);
    expect(rollouts).toMatchObject([{ phase: { at: "killed" }, share: 0 }]);
  } finally {
    await cluster.stop();
  }
});
