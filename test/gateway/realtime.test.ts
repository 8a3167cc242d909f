import { describe, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { ADA } from "../fakes/fake-feed.ts";
import { type Gateway, problemOf, startGateway } from "./harness.ts";

const EVE = "1184274518020";
const UPGRADE = { upgrade: "websocket" };

async function ticketOf(gateway: Gateway, sub: string = ADA.id, region = "us-east") {
  const headers = {
    authorization: `Bearer ${await gateway.token({ sub })}`,
    "x-edgewise-region": region,
  };
  const answer = await gateway.request("/v1/realtime/ticket", { method: "POST", headers });
  return ((await answer.json()) as { ticket: string }).ticket;
}

const offer = (ticket: string) => ({
  ...UPGRADE,
  "sec-websocket-protocol": `edgewise.v1, ticket.${ticket}`,
});

describe("a socket", () => {
  it("opens by ticket, for the ticket's user in the ticket's region alone", async ({ expect }) => {
    const gateway = startGateway();
    const mine = await ticketOf(gateway, EVE, "apac");
    // Whoever carries it, wherever it is used: it is what it says.
    const elsewhere = { ...offer(mine), "x-edgewise-region": "eu-west" };
    expect((await gateway.request("/v1/realtime", { headers: elsewhere })).status).toBe(200);
    expect(
      (await gateway.request(`/v1/realtime?ticket=${mine}`, { headers: UPGRADE })).status,
    ).toBe(200);
    for (const { region, connection } of gateway.sockets.connections) {
      expect(region).toBe("apac");
      expect(connection).toMatchObject({ kind: "socket", viewer: BigInt(EVE) });
      // The object takes each number once, so the second of these does not live.
      expect(connection.nonce).toBe(gateway.sockets.connections[0]?.connection.nonce);
    }
  });

  it("opens by token where a client can send one, until the token expires", async ({ expect }) => {
    const gateway = startGateway();
    expect((await gateway.asAda("/v1/realtime", { headers: UPGRADE })).status).toBe(200);
    const [{ connection } = { connection: null }] = gateway.sockets.connections;
    expect(connection).toMatchObject({
      viewer: BigInt(ADA.id),
      nonce: null,
      untilMs: gateway.clock.nowMs() + 3_600_000,
    });
  });

  it("prefers the token of a request that has both", async ({ expect }) => {
    const gateway = startGateway();
    const hers = await ticketOf(gateway, EVE);
    await gateway.asAda("/v1/realtime", { headers: offer(hers) });
    expect(gateway.sockets.connections[0]?.connection.viewer).toBe(BigInt(ADA.id));
  });

  it("does not open for an expired, changed or foreign ticket, nor without any", async ({
    expect,
  }) => {
    const gateway = startGateway();
    const ticket = await ticketOf(gateway);
    const refused = async (text: string) =>
      problemOf(await gateway.request("/v1/realtime", { headers: offer(text) }));
    for (let at = 0; at < ticket.length; at++) {
      const changed = `${ticket.slice(0, at)}${ticket[at] === "a" ? "b" : "a"}${ticket.slice(at + 1)}`;
      expect(await refused(changed), `character ${at}`).toMatchObject({ code: "unauthenticated" });
    }
    const secret = { SIGNING_SECRET: "another secret of more than thirty-two characters" };
    const foreign = await ticketOf(startGateway(secret));
    expect(await refused(foreign)).toMatchObject({ status: 401 });
    gateway.clock.advance(LIMITS.socketTicketMs);
    expect(await refused(ticket)).toMatchObject({
      status: 401,
      detail: expect.stringMatching(/expired/),
    });
    const none = await gateway.request("/v1/realtime", { headers: UPGRADE });
    expect(await problemOf(none)).toMatchObject({ status: 401 });
    expect(gateway.sockets.connections).toEqual([]);
  });

  it("does not open for a page of another site, a plain request or another protocol", async ({
    expect,
  }) => {
    const gateway = startGateway({ CORS_ORIGINS: "https://friend.example" });
    const open = async (headers: Record<string, string>) =>
      gateway.asAda("/v1/realtime", { headers: { ...UPGRADE, ...headers } });
    expect(await problemOf(await open({ origin: "https://evil.example" }))).toMatchObject({
      code: "forbidden",
    });
    expect(await problemOf(await open({ origin: "null" }))).toMatchObject({ status: 403 });
    expect(await problemOf(await open({ upgrade: "h2c" }))).toMatchObject({ field: "Upgrade" });
    expect(await problemOf(await open({ "sec-websocket-protocol": "chat" }))).toMatchObject({
      field: "Sec-WebSocket-Protocol",
    });
    expect((await open({ origin: "https://friend.example" })).status).toBe(200);
    expect((await open({ origin: "http://localhost" })).status).toBe(200);
  });

  it("is rate limited by address", async ({ expect }) => {
    const gateway = startGateway();
    const open = () => gateway.request("/v1/realtime", { headers: UPGRADE });
    for (let n = 0; n < LIMITS.socketsBurst; n++) await open();
    expect(await problemOf(await open())).toMatchObject({ code: "rate_limited" });
  });
});

describe("an event stream", () => {
  it("begins where the last one ended, and follows what is watched", async ({ expect }) => {
    const gateway = startGateway();
    const answer = await gateway.asAda("/v1/realtime/events?watch=5,6,5", {
      headers: { "last-event-id": "life-1:7" },
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(gateway.sockets.connections[0]?.connection).toMatchObject({
      kind: "events",
      place: { life: "life-1", seq: 7 },
      watch: [5n, 6n],
    });
  });

  it("says why it cannot, and refuses what it does not understand", async ({ expect }) => {
    const gateway = startGateway();
    gateway.sockets.failure = { code: "limit_reached", what: "connections of a user", max: 8 };
    expect(await problemOf(await gateway.asAda("/v1/realtime/events"))).toMatchObject({
      code: "limit_reached",
    });
    const tooMany = Array.from({ length: LIMITS.watchedPostsMax + 1 }, (_, n) => n).join(",");
    for (const query of ["watch=x", `watch=${tooMany}`, "life=A%20B", "after=-1", "after=1e3"])
      expect(await problemOf(await gateway.asAda(`/v1/realtime/events?${query}`))).toMatchObject({
        code: "invalid_request",
      });
  });
});

describe("a poll", () => {
  it("asks for what was missed, and waits no longer than it may", async ({ expect }) => {
    const gateway = startGateway();
    const poll = async (query: string) => gateway.asAda(`/v1/realtime/poll?${query}`);
    const answer = await poll("life=life-1&after=7&wait=20000&watch=5");
    expect(await answer.json()).toEqual({
      life: "life-1",
      seq: 7,
      resumed: true,
      gap: null,
      messages: [],
    });
    expect(gateway.sockets.polls).toEqual([
      {
        region: "us-east",
        request: {
          viewer: BigInt(ADA.id),
          untilMs: gateway.clock.nowMs() + 3_600_000,
          place: { life: "life-1", seq: 7 },
          watch: [5n],
          waitMs: 20_000,
        },
      },
    ]);
    expect(await problemOf(await poll("wait=20001"))).toMatchObject({ field: "wait" });
    expect(await problemOf(await gateway.request("/v1/realtime/poll"))).toMatchObject({
      status: 401,
    });
  });

  it("says for its user that the top of the feed was seen", async ({ expect }) => {
    const gateway = startGateway();
    const answer = await gateway.asAda("/v1/realtime/caught-up", { method: "POST" });
    expect(answer.status).toBe(204);
    expect(gateway.sockets.caughtUps).toEqual([BigInt(ADA.id)]);
  });
});
