import { z } from "zod";

import type { Clock } from "../core/clock.ts";
import { socketTopology } from "../core/feed/realtime/buckets.ts";
import type { SocketSink, SocketTopology } from "../core/feed/realtime/port.ts";
import { QuietBuckets } from "../core/feed/realtime/quiet-buckets.ts";
import {
  type PollAnswer,
  type PollRequest,
  socketBucketName,
  type SocketBucketService,
} from "../core/feed/realtime/service.ts";
import type { Published } from "../core/degradation/controller.ts";
import type { Failure } from "../core/errors.ts";
import type { Id } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region, RegionRow } from "../core/regions/regions.ts";
import { ok, type Result } from "../core/result.ts";
import { systemClock } from "./clock.ts";
import { answered, hintsOf, type ObjectNamespace } from "./object-call.ts";
import { connectionUrl, type SocketConnection } from "./socket-connection.ts";

/** As a stub offers it: the contract, and the connections that come over `fetch`. */
export interface SocketBucketObject extends SocketBucketService {
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

export interface SocketBindings {
  readonly SOCKETS: ObjectNamespace<SocketBucketObject>;
}

export interface SocketVars {
  /** Buckets of sockets in each region, default 4; every Worker must get the same number. */
  readonly SOCKET_BUCKETS?: string;
}

export const SOCKET_BUCKETS_DEFAULT = 4;
export const socketBuckets = z.coerce.number().int().min(1).max(LIMITS.socketBucketsMax);
const varsSchema = z.object({ SOCKET_BUCKETS: socketBuckets.default(SOCKET_BUCKETS_DEFAULT) });

/** @throws ZodError */
export const socketTopologyFrom = ({ SOCKET_BUCKETS }: SocketVars): SocketTopology =>
  socketTopology(varsSchema.parse({ SOCKET_BUCKETS }).SOCKET_BUCKETS);

/** The gateway's way to a viewer's sockets. */
export interface Sockets {
  /** A WebSocket's answer (101), or an event stream's. */
  connect(region: Region, connection: SocketConnection): Promise<Result<Response, Failure>>;
  poll(region: Region, request: PollRequest): Promise<Result<PollAnswer, Failure>>;
  caughtUp(region: Region, viewer: Id): Promise<Result<null, Failure>>;
}

const stubs =
  ({ SOCKETS }: SocketBindings, regions: readonly RegionRow[]) =>
  (region: Region, bucket: number): SocketBucketObject =>
    SOCKETS.getByName(socketBucketName(region, bucket), hintsOf(regions)(region));

export function socketsOver(
  bindings: SocketBindings,
  regions: readonly RegionRow[],
  { bucketOf }: SocketTopology,
): Sockets {
  const stubOf = stubs(bindings, regions);
  const of = (region: Region, viewer: Id) => stubOf(region, bucketOf(viewer));
  return {
    connect: (region, connection) =>
      answered("sockets", async () => {
        const { kind, viewer } = connection;
        const headers: Record<string, string> = kind === "socket" ? { upgrade: "websocket" } : {};
        return ok(await of(region, viewer).fetch(connectionUrl(connection), { headers }));
      }),
    poll: (region, request) => answered("sockets", () => of(region, request.viewer).poll(request)),
    caughtUp: (region, viewer) =>
      answered("sockets", async () => {
        await of(region, viewer).caughtUp(viewer);
        return ok(null);
      }),
  };
}

/** Fan-out's way to the sockets of a region. One an isolate: it remembers which buckets are quiet. */
export function socketSink(
  bindings: SocketBindings,
  regions: readonly RegionRow[],
  clock: Clock = systemClock,
): SocketSink {
  const stubOf = stubs(bindings, regions);
  const quiet = new QuietBuckets();
  return {
    tell: async (region, bucket, events) => {
      const askedMs = clock.nowMs();
      if (quiet.spares(region, bucket, events, askedMs)) return ok("quiet");
      const told = await answered("sockets", () => stubOf(region, bucket).tell(events));
      if (!told.ok) return told;
      quiet.learn(region, bucket, askedMs, told.value.quietMs);
      return ok("told");
    },
  };
}

/** The controller's way to all sockets of its region. Rejects when a bucket could not be told. */
export function levelBroadcast(
  bindings: SocketBindings & SocketVars,
  regions: readonly RegionRow[],
): (region: Region, published: Published) => Promise<void> {
  const stubOf = stubs(bindings, regions);
  const { buckets } = socketTopologyFrom(bindings);
  return async (region, published) => {
    const told = Array.from({ length: buckets }, (_, bucket) =>
      stubOf(region, bucket).degraded(published),
    );
    await Promise.all(told);
  };
}
