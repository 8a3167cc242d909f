import { afterAll, beforeAll, describe, it } from "vitest";

import { ask, clientOf, startTestRedis, type TestRedis } from "./database.ts";

/** Much longer than anything else here takes, so that a late replica shows. */
const LAG_MS = 400;
const PLAIN = { automaticDeserialization: false, enableAutoPipelining: false };

let server: TestRedis;

beforeAll(async () => {
  server = await startTestRedis({ lagMs: LAG_MS });
}, 60_000);

afterAll(() => server.stop());

const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> => {
  const startedMs = performance.now();
  return { value: await work(), ms: performance.now() - startedMs };
};

describe("reads from a replica that is behind", () => {
  it("see the writes of their own client, and wait for them", async ({ expect }) => {
    const client = clientOf(server.url, PLAIN);
    await client.set("mine", "new");
    const { value, ms } = await timed(() => client.get("mine"));
    expect(value).toBe("new");
    expect(ms).toBeGreaterThan(LAG_MS / 2);
    const again = await timed(() => client.get("mine"));
    expect([again.value, again.ms < LAG_MS / 2]).toEqual(["new", true]);
  });

  it("do not see those of another client, unless they are given its token", async ({ expect }) => {
    const [writer, stranger, friend] = [1, 2, 3].map(() => clientOf(server.url, PLAIN));
    if (!writer || !stranger || !friend) throw new Error("no clients");
    await writer.set("theirs", "new");
    expect(writer.readYourWritesSyncToken).not.toBe("");
    expect(await stranger.get("theirs")).toBeNull();
    friend.readYourWritesSyncToken = writer.readYourWritesSyncToken;
    expect(await friend.get("theirs")).toBe("new");
  });

  it("see nothing of it with the client's option off", async ({ expect }) => {
    const client = clientOf(server.url, { ...PLAIN, readYourWrites: false });
    await client.set("off", "new");
    expect(await client.get("off")).toBeNull();
  });

  it("go back in time for no reader who hands the token on", async ({ expect }) => {
    const [reader, next] = [clientOf(server.url, PLAIN), clientOf(server.url, PLAIN)];
    await reader.set("seen", "new");
    expect(await reader.get("seen")).toBe("new");
    next.readYourWritesSyncToken = reader.readYourWritesSyncToken;
    const { value, ms } = await timed(() => next.get("seen"));
    expect([value, ms < LAG_MS / 2]).toEqual(["new", true]);
  });

  it("are not what scripts, writes, and pipelines with a write are", async ({ expect }) => {
    const client = clientOf(server.url, { ...PLAIN, readYourWrites: false });
    await client.set("n", "1");
    expect(await client.eval("return redis.call('GET', KEYS[1])", ["n"], [])).toBe("1");
    expect(await client.pipeline().incr("n").get("n").exec()).toEqual([2, "2"]);
    expect(await client.multi().get("n").exec()).toEqual(["2"]);
    expect(await client.pipeline().get("n").exec()).toEqual([null]);
  });

  it("take a token that is none, or of a primary that is gone, for no reason to fail", async ({
    expect,
  }) => {
    const get = (token: string) =>
      ask(server.url, { body: `["GET","n"]`, headers: { "upstash-sync-token": token } });
    expect((await get("nonsense")).status).toBe(200);
    const client = clientOf(server.url, PLAIN);
    await client.set("n", "before");
    const token = client.readYourWritesSyncToken ?? "";
    await server.primary.kill();
    await server.restart();
    const answer = async () => {
      const response = await get(token);
      return { status: response.status, body: await response.json() };
    };
    // The last second may be lost with the kill; what is answered is what the primary has.
    await expect.poll(async () => (await answer()).status, { timeout: 10_000 }).toBe(200);
    await client.set("n", "after");
    expect(await client.get("n")).toBe("after");
  });
});
