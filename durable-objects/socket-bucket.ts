import { report } from "../platform/telemetry.ts";
import { failed } from "../core/telemetry/events.ts";
import { DurableObject } from "cloudflare:workers";

import type { Clock } from "../core/clock.ts";
import type { Published } from "../core/degradation/controller.ts";
import { effectsOf } from "../core/degradation/effects.ts";
import { messageOf } from "../core/degradation/message.ts";
import type { Failure } from "../core/errors.ts";
import { CLOSE, type Refusal } from "../core/feed/realtime/close-codes.ts";
import { Dimmer } from "../core/feed/realtime/dimmer.ts";
import { type RealtimeGraph, realtimeGraph } from "../core/feed/realtime/graph.ts";
import { failureOf, poll } from "../core/feed/realtime/poll.ts";
import type { SocketEvent } from "../core/feed/realtime/port.ts";
import {
  parseSocketBucketName,
  type PollAnswer,
  type PollRequest,
  type SocketBucketService,
  type Told,
} from "../core/feed/realtime/service.ts";
import { Switchboard } from "../core/feed/realtime/switchboard.ts";
import type { Id } from "../core/ids.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Result } from "../core/result.ts";
import { createTao } from "../core/tao/client.ts";
import { HotCache } from "../core/tao/hot-cache.ts";
import { Routes } from "../core/tao/route.ts";
import { systemClock, systemRandom, systemSleep, systemTimer } from "../platform/clock.ts";
import { graphStubs } from "../platform/object-stubs.ts";
import { parseConnectionUrl, type SocketConnection } from "../platform/socket-connection.ts";
import { topologyFrom } from "../platform/topology.ts";
import type { ObjectsEnv } from "./env.ts";
import { EventLine, SocketLine } from "./socket-lines.ts";
import { StreamTable } from "./stream-table.ts";
import { UsedTickets } from "./used-tickets.ts";

const PING = JSON.stringify({ type: "ping" });
const LEVEL_KEY = "level";
const PONG = JSON.stringify({ type: "pong" });

/**
 * The sockets of one bucket of viewers in one region. Sleeps while nothing happens: the
 * platform holds the sockets, SQLite what they were told. `core/feed/realtime` decides.
 */
export class SocketBucket extends DurableObject<ObjectsEnv> implements SocketBucketService {
  readonly #clock: Clock;
  readonly #switchboard: Switchboard;
  readonly #lines = new WeakMap<WebSocket, SocketLine>();
  readonly #used: UsedTickets;
  readonly #dimmer: Dimmer;
  #level: Published | null;
  #releasing: ReturnType<typeof setTimeout> | null = null;

  // The runtime passes two arguments; a test subclass passes the others.
  constructor(
    ctx: DurableObjectState,
    env: ObjectsEnv,
    clock: Clock = systemClock,
    graph: RealtimeGraph = graphOf(env, parseSocketBucketName(ctx.id.name ?? "").region),
  ) {
    super(ctx, env);
    this.#clock = clock;
    this.#used = new UsedTickets(ctx.storage.sql, clock.nowMs());
    this.#level = ctx.storage.kv.get<Published>(LEVEL_KEY) ?? null;
    this.#dimmer = new Dimmer(effectsOf(this.#level?.level ?? 0));
    this.#switchboard = new Switchboard({
      clock,
      random: systemRandom,
      store: new StreamTable(ctx.storage),
      graph,
      flushIn: (ms) => setTimeout(() => this.#switchboard.flush(), ms),
      sweepAt: (atMs) => ctx.waitUntil(this.#sweepAt(atMs)),
      report: (event, reason) => report(failed(event, reason, { object: ctx.id.name ?? "" })),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    for (const ws of ctx.getWebSockets()) this.#restore(ws);
  }

  /** From the gateway, which has found out who connects. */
  override fetch(request: Request): Response {
    const connection = parseConnectionUrl(request.url);
    return connection.kind === "socket" ? this.#socket(connection) : this.#events(connection);
  }

  tell(events: readonly SocketEvent[]): Promise<Result<Told, Failure>> {
    return this.#tell(events);
  }

  async degraded(published: Published): Promise<void> {
    // An older one that comes late changes nothing.
    if (published.revision <= (this.#level?.revision ?? 0)) return;
    this.#level = published;
    this.ctx.storage.kv.put(LEVEL_KEY, published);
    const effects = effectsOf(published.level);
    this.#dimmer.set(effects);
    const { level, readOnly } = effects;
    this.#switchboard.broadcast({ type: "degraded", level, readOnly, message: messageOf(effects) });
    await this.#tell([]);
  }

  poll(request: PollRequest): Promise<Result<PollAnswer, Failure>> {
    return poll(this.#switchboard, request, waitFor);
  }

  async caughtUp(viewer: Id): Promise<void> {
    this.#switchboard.caughtUp(viewer);
  }

  override webSocketMessage(ws: WebSocket, message: string | ArrayBuffer): void {
    const line = this.#lines.get(ws);
    if (line === undefined) return;
    line.heard(this.#clock.nowMs());
    this.#switchboard.hear(line, typeof message === "string" ? message : "");
  }

  override webSocketClose(ws: WebSocket): void {
    this.#gone(ws);
  }

  override webSocketError(ws: WebSocket): void {
    this.#gone(ws);
  }

  override alarm(): void {
    this.#switchboard.sweep();
  }

  #socket(connection: SocketConnection): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const line = this.#lineOf(server, connection);
    const refusal = this.#refusalOf(connection);
    if (refusal === null) this.ctx.acceptWebSocket(server);
    else server.accept();
    // A browser shows a page no status of a refused socket, but the code that it is closed with.
    const closed = refusal ?? this.#switchboard.open(line);
    if (closed !== null) server.close(closed.code, closed.reason);
    return new Response(null, { status: 101, webSocket: client });
  }

  #events(connection: SocketConnection): Response {
    const line = new EventLine(connection, connection.place, (ended) =>
      this.#switchboard.closed(ended),
    );
    const refusal = this.#refusalOf(connection) ?? this.#switchboard.open(line);
    if (refusal !== null) {
      line.close();
      return Response.json(failureOf(refusal), { status: 409 });
    }
    this.#switchboard.begin(line, connection.place);
    if (connection.watch.length > 0) this.#switchboard.watch(line, connection.watch);
    return new Response(line.body);
  }

  /** What may be told at this level, and later what had to wait. */
  #tell(events: readonly SocketEvent[]): Promise<Result<Told, Failure>> {
    const nowMs = this.#clock.nowMs();
    const told = this.#switchboard.tell(this.#dimmer.take(events, nowMs));
    const { dueMs } = this.#dimmer;
    if (dueMs !== null && this.#releasing === null) {
      this.#releasing = setTimeout(
        () => {
          this.#releasing = null;
          void this.#tell([]);
        },
        Math.max(0, dueMs - nowMs),
      );
    }
    return told;
  }

  #refusalOf({ nonce }: SocketConnection): Refusal | null {
    if (nonce === null || this.#used.use(nonce, this.#clock.nowMs())) return null;
    return { code: CLOSE.usedTicket, reason: "the ticket was used before" };
  }

  #restore(ws: WebSocket): void {
    const restored = SocketLine.restored(ws, this.#pingedMs(ws));
    if (restored === null) return;
    this.#lines.set(ws, restored.line);
    this.#switchboard.restore(restored.line, restored.state);
  }

  #lineOf(ws: WebSocket, connection: SocketConnection): SocketLine {
    const line = new SocketLine(ws, connection, this.#pingedMs(ws));
    this.#lines.set(ws, line);
    return line;
  }

  #pingedMs(ws: WebSocket): () => number | null {
    return () => this.ctx.getWebSocketAutoResponseTimestamp(ws)?.getTime() ?? null;
  }

  #gone(ws: WebSocket): void {
    const line = this.#lines.get(ws);
    if (line !== undefined) this.#switchboard.closed(line);
  }

  /** An alarm that is set for earlier stays: it was set before memory was lost. */
  async #sweepAt(atMs: number): Promise<void> {
    const setMs = await this.ctx.storage.getAlarm();
    if (setMs === null || setMs > atMs) await this.ctx.storage.setAlarm(atMs);
  }
}

async function waitFor(first: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([first, late]);
  // A timer that is still set would keep the object in memory.
  clearTimeout(timer);
}

/** The graph as this region's followers have it. Nobody's ticket is at hand: what they have is fresh enough. */
function graphOf(env: ObjectsEnv, region: Region): RealtimeGraph {
  const { map, regions } = topologyFrom(env);
  const { follower, leader } = graphStubs(env, { map, regions });
  const ports = {
    clock: systemClock,
    random: systemRandom,
    sleep: systemSleep,
    timer: systemTimer,
    signer: { sign: () => "" },
    map,
    follower,
    leader,
    routes: new Routes(
      regions.map((row) => row.region),
      1,
      report,
    ),
    hot: new HotCache(),
  };
  return realtimeGraph((budgetMs) =>
    createTao(ports, {
      region,
      ticket: null,
      deadlineMs: systemClock.nowMs() + budgetMs,
    }),
  );
}
