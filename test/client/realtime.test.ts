import { afterEach, beforeEach, describe, it, vi } from "vitest";

import { CLOSE } from "../../core/feed/realtime/close-codes.ts";
import { LIMITS } from "../../core/limits.ts";
import { eventStream, startClient, ticket, turnOfEvents, until } from "./realtime-server.ts";

const hello = (seq: number, resumed = false) =>
  ({ type: "hello", life: "l", seq, resumed }) as const;
const notified = (seq: number) => ({ type: "notifications", seq }) as const;

describe("a connection", () => {
  it("opens with a ticket, says where it begins and what it watches, and passes messages on", async ({
    expect,
  }) => {
    const client = startClient();
    client.realtime.watch(["5", "6"]);
    client.realtime.start();
    client.realtime.start();
    const socket = await client.socket(0);
    expect(client.requests.map(({ url, init }) => [init.method, url.pathname])).toEqual([
      ["POST", "/v1/realtime/ticket"],
    ]);
    expect(client.requests[0]?.init.headers).toEqual({ authorization: "Bearer a-token" });
    expect([socket.url, socket.protocols]).toEqual([
      "wss://edgewise.example/v1/realtime",
      ["edgewise.v1", "ticket.T"],
    ]);
    socket.open();
    expect(socket.said).toEqual([{ type: "resume" }, { type: "watch", posts: ["5", "6"] }]);
    socket.tell(hello(3));
    socket.tell(notified(4));
    expect(client.heard).toEqual([notified(4)]);
    expect(client.gaps()).toBe(0);
    client.realtime.watch(["5", "6"]);
    client.realtime.watch(["7"]);
    client.realtime.caughtUp();
    expect(socket.said.slice(2)).toEqual([{ type: "watch", posts: ["7"] }, { type: "caught_up" }]);
  });

  it("comes back where it was, later after each failure, and never all at once", async ({
    expect,
  }) => {
    const client = startClient();
    client.realtime.start();
    const first = await client.socket(0);
    first.open();
    first.tell(hello(3));
    first.tell(notified(4));
    client.time.nowMs = LIMITS.reconnectGoodMs;
    first.drop();
    const second = await client.socket(1);
    second.open();
    expect(second.said).toEqual([{ type: "resume", life: "l", after: 4 }]);
    second.tell(hello(5, true));
    second.tell(notified(5));
    expect(client.gaps()).toBe(0);
    second.drop();
    for (let index = 2; index < 9; index++) {
      const socket = await client.socket(index);
      socket.open();
      socket.drop();
    }
    await until(() => client.waits.length === 9);
    const shares = client.waits.map((ms) => (2 * ms) / LIMITS.reconnectBaseMs);
    expect(shares.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(Math.max(...client.waits)).toBe(LIMITS.reconnectMaxMs / 2);
  });

  it("says when something was missed that cannot be had", async ({ expect }) => {
    const client = startClient();
    client.realtime.start();
    const socket = await client.socket(0);
    socket.open();
    socket.tell(hello(3));
    socket.tell({ type: "gap", seq: 5, from: 4, to: 5 });
    expect(client.gaps()).toBe(1);
    socket.tell({ ...notified(7), from: 6 });
    expect(client.gaps()).toBe(1);
    socket.tell(notified(9));
    expect(client.gaps(), "a hole that nothing declared").toBe(2);
    socket.tell({ ...hello(1), life: "another" });
    expect(client.gaps()).toBe(3);
  });

  it("stops and goes on as it is told", async ({ expect }) => {
    const client = startClient();
    client.realtime.start();
    const first = await client.socket(0);
    first.open();
    first.tell(hello(3));
    client.realtime.stop();
    expect(first.isClosed).toBe(true);
    expect(client.states.at(-1)).toEqual({ status: "stopped" });
    first.tell(notified(4));
    expect(client.heard, "after it was stopped").toEqual([]);
    await turnOfEvents();
    expect(client.sockets).toHaveLength(1);
    client.realtime.start();
    const second = await client.socket(1);
    second.open();
    expect(second.said).toEqual([{ type: "resume", life: "l", after: 3 }]);
  });

  it("ends when its token is refused, until it is started again", async ({ expect }) => {
    let status = 401;
    const client = startClient(() => (status === 401 ? new Response(null, { status }) : ticket()));
    client.realtime.start();
    await until(() => client.states.at(-1)?.status === "refused");
    await turnOfEvents();
    expect(client.requests).toHaveLength(1);
    status = 200;
    client.realtime.start();
    (await client.socket(0)).open();
    expect(client.states.at(-1)).toEqual({ status: "open", via: "socket" });
  });

  it("waits long where there is no room, and as long as it is asked to", async ({ expect }) => {
    let tries = 0;
    const busy = () =>
      ++tries === 1
        ? new Response(null, { status: 503, headers: { "retry-after": "7" } })
        : ticket();
    const client = startClient(busy);
    client.realtime.start();
    (await client.socket(0)).open();
    expect(client.waits).toEqual([7_000 + LIMITS.reconnectBaseMs / 2]);
    client.sockets[0]?.drop(CLOSE.tooMany);
    await client.socket(1);
    expect(client.waits[1]).toBe(LIMITS.reconnectMaxMs / 2);
  });
});

describe("a connection that says nothing", () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"],
      }),
  );
  afterEach(() => void vi.useRealTimers());

  it("is given up when a ping has no answer", async ({ expect }) => {
    const client = startClient();
    client.realtime.start();
    const socket = await client.socket(0);
    socket.open();
    vi.advanceTimersByTime(LIMITS.socketPingMs);
    expect(socket.said.at(-1)).toEqual({ type: "ping" });
    socket.tell({ type: "pong" });
    vi.advanceTimersByTime(LIMITS.socketPingMs + LIMITS.pongWaitMs - 1);
    expect(socket.isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.isClosed).toBe(true);
    await client.socket(1);
  });

  it("is given up when it never opens", async ({ expect }) => {
    const client = startClient();
    client.realtime.start();
    const socket = await client.socket(0);
    vi.advanceTimersByTime(LIMITS.clientTimeoutMs);
    expect(socket.isClosed).toBe(true);
    await client.socket(1);
  });
});

describe("where a socket does not get through", () => {
  it("streams events, asks for what it watches, and tries the socket once in a while", async ({
    expect,
  }) => {
    const streams: URL[] = [];
    const client = startClient((url) => {
      if (url.pathname.endsWith("/ticket")) return ticket();
      streams.push(url);
      return eventStream(
        streams.length === 1 ? [hello(3), notified(4)] : [hello(4, true), notified(5)],
      );
    });
    client.realtime.watch(["5"]);
    client.realtime.start();
    for (let n = 0; n < LIMITS.transportTriesMax; n++) (await client.socket(n)).drop();
    await until(() => streams.length === 1 && client.heard.length === 1);
    expect(streams[0]?.search).toBe("?watch=5");
    // The stream has ended: one try of the socket, and then the next stream.
    (await client.socket(LIMITS.transportTriesMax)).drop();
    await until(() => client.heard.length === 2);
    expect(streams[1]?.search).toBe("?life=l&after=4&watch=5");
    expect(client.heard).toEqual([notified(4), notified(5)]);
    expect(client.gaps()).toBe(0);
    client.realtime.stop();
  });

  it("polls where nothing else works", async ({ expect }) => {
    const polls: URL[] = [];
    const client = startClient((url) => {
      if (url.pathname.endsWith("/ticket")) return ticket();
      if (url.pathname.endsWith("/events")) return Promise.reject(new TypeError("blocked"));
      if (url.pathname.endsWith("/caught-up")) return new Response(null, { status: 204 });
      polls.push(url);
      const gap = polls.length === 3 ? { from: 5, to: 6 } : null;
      const answer = { life: "l", resumed: polls.length === 2, gap };
      if (polls.length === 1) return Response.json({ ...answer, seq: 3, messages: [] });
      if (polls.length === 2) return Response.json({ ...answer, seq: 4, messages: [notified(4)] });
      if (polls.length === 3) return Response.json({ ...answer, seq: 7, messages: [notified(7)] });
      return new Promise<Response>(() => {});
    });
    client.realtime.start();
    for (let n = 0; n < LIMITS.transportTriesMax; n++) (await client.socket(n)).drop();
    await until(() => polls.length === 4);
    expect(client.states.at(-1)).toEqual({ status: "open", via: "poll" });
    expect(polls.map(({ search }) => search)).toEqual([
      "",
      "?life=l&after=3&wait=20000",
      "?life=l&after=4&wait=20000",
      "?life=l&after=7&wait=20000",
    ]);
    expect(client.heard).toEqual([notified(4), notified(7)]);
    expect(client.gaps()).toBe(1);
    client.realtime.caughtUp();
    await until(() => client.requests.at(-1)?.url.pathname === "/v1/realtime/caught-up");
    client.realtime.stop();
  });
});
