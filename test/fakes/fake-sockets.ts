import type { Failure } from "../../core/errors.ts";
import type { PollAnswer, PollRequest } from "../../core/feed/realtime/service.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Region } from "../../core/regions/regions.ts";
import { ok, type Result } from "../../core/result.ts";
import type { SocketConnection } from "../../platform/socket-connection.ts";
import type { Sockets } from "../../platform/socket-stubs.ts";

/** Remembers what it was asked, and refuses what the gateway must have stopped. */
export class FakeSockets implements Sockets {
  readonly connections: { readonly region: Region; readonly connection: SocketConnection }[] = [];
  readonly polls: { readonly region: Region; readonly request: PollRequest }[] = [];
  readonly caughtUps: Id[] = [];
  /** In place of the answer of an object. */
  failure: Failure | null = null;

  async connect(region: Region, connection: SocketConnection): Promise<Result<Response, Failure>> {
    this.connections.push({ region, connection });
    if (this.failure !== null) return ok(Response.json(this.failure, { status: 409 }));
    // A 101 with a socket can be made in the runtime alone.
    return ok(new Response("data: {}\n\n"));
  }

  async poll(region: Region, request: PollRequest): Promise<Result<PollAnswer, Failure>> {
    if (request.waitMs > LIMITS.pollWaitMsMax || request.watch.length > LIMITS.watchedPostsMax)
      throw new Error("the gateway let it pass");
    this.polls.push({ region, request });
    const place = request.place ?? { life: "life", seq: 0 };
    return ok({ ...place, resumed: request.place !== null, gap: null, messages: [] });
  }

  async caughtUp(_region: Region, viewer: Id): Promise<Result<null, Failure>> {
    this.caughtUps.push(viewer);
    return ok(null);
  }
}
