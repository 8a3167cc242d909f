import { it } from "vitest";

import { eventsOf } from "../../../../core/feed/fanout/events-of.ts";
import { decodeEvent, encodeEvent } from "../../../../core/feed/fanout/work.ts";
import { postWrites } from "../../../../core/feed/writes.ts";
import { physicalShardOf } from "../../../../core/tao/shard-map.ts";
import { GraphWorld } from "../../../fakes/graph-world.ts";

it("a new post's event says whether its text may mention somebody", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const author = await world.addUser(0);
  const texts = ["nobody", "x@example.org", "so says @user1", "\n@User2"];
  for (const [n, text] of texts.entries()) {
    const createdAtMs = world.clock.nowMs() + n;
    const fields = { author, text, audience: "public", media: [], createdAtMs } as const;
    await world.write(physicalShardOf(world.map, author), postWrites(fields));
  }
  const events = world.stores.flatMap((store) =>
    store.commits.flatMap(({ records }) => records.flatMap(eventsOf)),
  );
  const posted = events.map((event) => decodeEvent(encodeEvent(event)));
  expect(posted.map((event) => event.kind === "posted" && event.isPlain)).toEqual([
    true,
    true,
    undefined,
    undefined,
  ]);
});
