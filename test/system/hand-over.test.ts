import { it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { parseId } from "../../core/ids.ts";
import { entryOfId } from "../../core/tao/shard-map.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { startHosted } from "../../dev/hosted.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";

const SHARDS = 16;

/** Someone with a post, and an operator. */
async function peopleOf({ url, secrets }: Cluster) {
  const anonymous = createClient({ baseUrl: url });
  const session = (await anonymous.createUser({ handle: "ada", name: "Ada" })) as Session;
  const id = parseId(session.user.id);
  if (id === null) throw new Error("no user");
  const options = { url, secret: secrets.authSecret, issuer: "edgewise" };
  const operatorToken = await mintToken(options, "0", Date.now());
  return {
    ada: createClient({ baseUrl: url, token: () => session.token }),
    operator: createClient({ baseUrl: url, token: () => operatorToken }),
    shard: entryOfId(shardMapOf(SHARDS), id).shard,
  };
}

it("moves a shard between regions over one database, and nobody loses a post", async ({
  expect,
}) => {
  const cluster = await startHosted({ port: 0, dataFolder: null });
  try {
    const { ada, operator, shard } = await peopleOf(cluster);
    const posted: string[] = [];
    for (const [round, region] of ["apac", "us-west", "eu-west", "apac"].entries()) {
      const moved = await operator.moveShard(shard, { region, reason: "a test" });
      expect(moved).toMatchObject({ shard, leader: region });
      // The old leader let go: nobody waits for its lease.
      expect(moved.notBeforeMs).toBeLessThanOrEqual(Date.now());
      const text = `from ${region}, ${round}`;
      await ada.createPost({ text });
      posted.unshift(text);
      const { items } = await ada.userPosts("ada");
      expect(items.map((post) => post.text)).toEqual(posted);
    }
    const { shards } = await operator.shards();
    const found = shards.find((one) => one.shard === shard);
    expect(found).toMatchObject({ leader: "apac", failure: null });
    expect(found?.head).toMatch(new RegExp(`^${found?.epoch}\\.\\d+$`));
    expect(shards.length).toBe(SHARDS);
  } finally {
    await cluster.stop();
  }
});

it("refuses that where each leader keeps its shard to itself", async ({ expect }) => {
  const cluster = await startCluster({ port: 0, dataFolder: null });
  try {
    const { ada, operator, shard } = await peopleOf(cluster);
    await expect(
      operator.moveShard(shard, { region: "apac", reason: "a test" }),
    ).rejects.toMatchObject({
      status: 409,
      code: "conflict",
    });
    await expect(
      operator.moveShard(99, { region: "apac", reason: "a test" }),
    ).rejects.toMatchObject({ status: 409 });
    await expect(
      operator.moveShard(shard, { region: "mars", reason: "a test" }),
    ).rejects.toMatchObject({
      status: 400,
      field: "region",
    });
    await ada.createPost({ text: "still here" });
  } finally {
    await cluster.stop();
  }
});
