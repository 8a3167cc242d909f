import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { socketBucketName } from "../../core/feed/realtime/service.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import {
  type SocketBindings,
  type SocketBucketObject,
  socketSink,
} from "../../platform/socket-stubs.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { type Bucket, bucketOf, join, newPost, tell, until, VIEWER } from "./socket-client.ts";

const untold = (bucket: Bucket) =>
  runInDurableObject(bucket, (_, { storage }) => [
    ...storage.sql.exec("SELECT until_ms FROM untold").toArray(),
  ]);

it("keeps over lost memory that it has promised, and until when once somebody comes", async ({
  expect,
}) => {
  const bucket = bucketOf();
  expect(await bucket.tell([newPost(100)])).toEqual({
    ok: true,
    value: { quietMs: LIMITS.socketQuietMs },
  });
  await evictDurableObject(bucket);
  expect(await untold(bucket)).toEqual([{ until_ms: null }]);
  const socket = await join(bucket, VIEWER);
  await tell(bucket, { kind: "notified", viewer: VIEWER });
  await until(() => socket.of("notifications").length === 1, "told, should somebody tell");
  expect(await untold(bucket)).toEqual([{ until_ms: expect.any(Number) }]);
  expect(socket.of("gap")).toEqual([]);
});

it("is not told by who was told that it is quiet, until that is over", async ({ expect }) => {
  const clock = new ManualClock(1_000_000);
  const calls: string[] = [];
  const SOCKETS: SocketBindings["SOCKETS"] = {
    getByName: (name) => {
      calls.push(name);
      return env.SOCKETS.getByName(name) as unknown as SocketBucketObject;
    },
  };
  const sink = socketSink({ SOCKETS }, DEFAULT_REGIONS, clock);
  const toldHere = () => sink.tell("us-east", 500, [newPost(100)]);
  expect(await toldHere()).toEqual({ ok: true, value: "told" });
  expect(await toldHere()).toEqual({ ok: true, value: "quiet" });
  clock.advance(LIMITS.socketQuietMs - 1);
  expect(await toldHere()).toEqual({ ok: true, value: "quiet" });
  expect(calls).toEqual([socketBucketName("us-east", 500)]);
  clock.advance(1);
  await join(env.SOCKETS.getByName(socketBucketName("us-east", 500)), VIEWER);
  expect(await toldHere()).toEqual({ ok: true, value: "told" });
  expect(await toldHere()).toEqual({ ok: true, value: "told" });
  expect(calls).toHaveLength(3);
});
