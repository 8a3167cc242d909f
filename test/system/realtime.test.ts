import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest";

import { type SocketsRuntime, startSocketsRuntime } from "../../bench/sockets/runtime.ts";
import { createClient } from "../../client/client.ts";
import {
  createRealtime,
  type RealtimeMessage,
  type RealtimeOptions,
  type RealtimeState,
} from "../../client/realtime.ts";
import type { SocketEvent } from "../../core/feed/realtime/port.ts";
import { socketBucketName } from "../../core/feed/realtime/service.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { type Id, parseId } from "../../core/ids.ts";

const REGION = "us-east";
let runtime: SocketsRuntime;
const errors: string[] = [];

beforeAll(async () => {
  runtime = await startSocketsRuntime(2, {
    vars: { gateway: { DEMO_SIGN_IN: "on" } },
    cf: { continent: "NA", longitude: "-74.0" },
    onLog: (level, message) => level === "error" && errors.push(message),
  });
  await comeToEveryBucket();
});
afterAll(() => runtime.cluster.stop());

/** A bucket where somebody was is not quiet: whoever comes next is told everything at once. */
async function comeToEveryBucket(): Promise<void> {
  const { buckets, bucketOf } = runtime.topology;
  const seen = new Set<number>();
  for (let n = 0; seen.size < buckets; n++) {
    const { id, token } = await newUser(`first${n}`);
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${runtime.cluster.url}/v1/realtime/poll`, { headers });
    seen.add(bucketOf(id));
  }
}

async function newUser(handle: string) {
  const baseUrl = runtime.cluster.url;
  const { user, token } = (await createClient({ baseUrl }).createUser({
    handle,
    name: handle,
  })) as Session;
  return { id: parseId(user.id) as Id, token, api: createClient({ baseUrl, token: () => token }) };
}
type User = Awaited<ReturnType<typeof newUser>>;

/** The real client, over the real product. */
function listen(user: User, options: Partial<RealtimeOptions> = {}) {
  const heard: RealtimeMessage[] = [];
  const states: RealtimeState[] = [];
  const gaps: number[] = [];
  const realtime = createRealtime({
    baseUrl: runtime.cluster.url,
    token: () => user.token,
    onMessage: (message) => heard.push(message),
    onGap: () => gaps.push(heard.length),
    onState: (state) => states.push(state),
    sleep: () => new Promise((resolve) => setTimeout(resolve, 20)),
    ...options,
  });
  onTestFinished(() => realtime.stop());
  realtime.start();
  const opened = () => states.filter(({ status }) => status === "open").length;
  return { realtime, heard, gaps, states, opened };
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${what}`);
}

const tell = (viewer: Id, ...events: readonly SocketEvent[]) =>
  runtime.tell(REGION, runtime.topology.bucketOf(viewer), events);

const newPost = (viewer: Id, post: number): SocketEvent => ({
  kind: "new-post",
  viewers: [viewer],
  author: 9n as Id,
  post: BigInt(post) as Id,
  timeMs: Date.now(),
});

describe("two readers over the whole product", () => {
  it("hear what is theirs, and go on where they were after a drop", async ({ expect }) => {
    const [ada, bob] = [await newUser("ada"), await newUser("bob")];
    const [hers, his] = [listen(ada), listen(bob)];
    await until(() => hers.opened() + his.opened() === 2, "both open");
    expect(hers.states.at(-1)).toEqual({ status: "open", via: "socket" });
    await until(() => hers.heard.length + his.heard.length === 2, "how it is now");
    await tell(ada.id, newPost(ada.id, 100), { kind: "notified", viewer: ada.id });
    await until(() => hers.heard.length === 3, "her messages");
    expect(hers.heard.slice(1)).toEqual([
      { type: "new_posts", seq: 1, count: 1, authors: ["9"] },
      { type: "notifications", seq: 2 },
    ]);

    hers.realtime.stop();
    await tell(ada.id, newPost(ada.id, 101));
    await tell(ada.id, { kind: "related", viewer: ada.id, other: bob.id, hide: true });
    await runtime.cluster.evict(
      "sockets",
      socketBucketName(REGION, runtime.topology.bucketOf(ada.id)),
    );
    hers.realtime.start();
    await until(() => hers.heard.length === 5, "what she missed");
    expect(hers.heard.slice(3)).toEqual([
      { type: "new_posts", seq: 3, count: 2, authors: ["9"] },
      { type: "hide_author", seq: 4, user: `${bob.id}` },
    ]);
    expect(hers.gaps).toEqual([]);
    expect(his.heard).toHaveLength(1);
    hers.realtime.caughtUp();
    await until(() => hers.heard.at(-1)?.type === "new_posts", "the count starts over");
    expect(hers.heard.at(-1)).toMatchObject({ count: 0 });
  });

  it("see counts of posts that they may see, and lose one that is withdrawn", async ({
    expect,
  }) => {
    const [author, friend, stranger] = [
      await newUser("author"),
      await newUser("friend"),
      await newUser("stranger"),
    ];
    await friend.api.follow("author");
    const { id } = await author.api.createPost({ text: "for some", audience: "followers" });
    const [seen, unseen] = [listen(friend), listen(stranger)];
    for (const { realtime } of [seen, unseen]) realtime.watch([id]);
    await until(() => seen.heard.some(({ type }) => type === "counts"), "counts");
    await until(() => unseen.heard.some(({ type }) => type === "revoke"), "nothing to see");

    await friend.api.reactToPost(id, "love");
    const post = parseId(id) as Id;
    for (const bucket of [0, 1])
      await runtime.tell(REGION, bucket, [{ kind: "counts", post, of: "reactions", count: 1 }]);
    await until(
      () => seen.heard.some((one) => one.type === "counts" && one.reactions === 1),
      "the new count",
    );
    for (const bucket of [0, 1]) await runtime.tell(REGION, bucket, [{ kind: "revoke", post }]);
    await until(() => seen.heard.at(-1)?.type === "revoke", "withdrawn");
    expect(unseen.heard.filter(({ type }) => type === "counts")).toEqual([]);
  });

  it("are told the same by events and by polls, where a socket does not get through", async ({
    expect,
  }) => {
    const user = await newUser("behind_a_proxy");
    const blocked: RealtimeOptions["webSocket"] = (url) =>
      new WebSocket(url.replace("/v1/realtime", "/v1/nothing")) as unknown as ReturnType<
        NonNullable<RealtimeOptions["webSocket"]>
      >;
    const events = listen(user, { webSocket: blocked });
    const polls = listen(user, {
      webSocket: blocked,
      fetch: (url, init) =>
        url.includes("/events") ? Promise.reject(new TypeError("blocked")) : fetch(url, init),
    });
    await until(() => events.opened() > 0 && polls.opened() > 0, "both open");
    expect(events.states.at(-1)).toEqual({ status: "open", via: "events" });
    expect(polls.states.at(-1)).toEqual({ status: "open", via: "poll" });
    await tell(user.id, newPost(user.id, 100));
    const one = { type: "new_posts", seq: 1, count: 1, authors: ["9"] };
    await until(() => events.heard.at(-1)?.seq === 1 && polls.heard.at(-1)?.seq === 1, "told");
    expect([events.heard.at(-1), polls.heard.at(-1)]).toEqual([one, one]);
    polls.realtime.caughtUp();
    await until(() => events.heard.at(-1)?.seq === 2 && polls.heard.at(-1)?.seq === 2, "caught up");
    expect(events.heard.at(-1)).toMatchObject({ count: 0 });
  });

  it("hear of each other's posts, reactions and blocks, as the product spreads them", async ({
    expect,
  }) => {
    const [writer, reader] = [await newUser("writer"), await newUser("reader")];
    await reader.api.follow("writer");
    const [page, inbox] = [listen(reader), listen(writer)];
    await until(() => page.opened() + inbox.opened() === 2, "both open");
    // Fan-out learns of a follow by the log, as it does of a post.
    const { id } = await writer.api.createPost({ text: "a new one" });
    await until(
      () => page.heard.some((one) => one.type === "new_posts" && one.count === 1),
      "told",
    );
    expect(page.heard.at(-1)).toMatchObject({ authors: [`${writer.id}`] });

    page.realtime.watch([id]);
    await reader.api.reactToPost(id, "love");
    const counted = (one: RealtimeMessage) => one.type === "counts" && one.reactions === 1;
    await until(() => page.heard.some(counted), "the count");
    await until(() => inbox.heard.some(({ type }) => type === "notifications"), "a notification");

    await writer.api.block("reader");
    await until(
      () => page.heard.some((one) => one.type === "hide_author" && one.user === `${writer.id}`),
      "the block",
    );
    expect([page.gaps, inbox.gaps]).toEqual([[], []]);
  });

  it("lose a post that its author deletes", async ({ expect }) => {
    const [writer, reader] = [await newUser("regretful"), await newUser("witness")];
    await reader.api.follow("regretful");
    const { id } = await writer.api.createPost({ text: "oh no" });
    const page = listen(reader);
    page.realtime.watch([id]);
    await until(() => page.heard.some(({ type }) => type === "counts"), "on the screen");
    await writer.api.deletePost(id);
    await until(() => page.heard.some(({ type }) => type === "revoke"), "withdrawn");
    expect(page.heard.find(({ type }) => type === "revoke")).toMatchObject({ post: id });
  });

  it("keep a post that is narrowed where they may still see it", async ({ expect }) => {
    const [writer, friend, fan, passer] = [
      await newUser("narrowing"),
      await newUser("a_friend"),
      await newUser("a_fan"),
      await newUser("a_passer"),
    ];
    await friend.api.befriend("narrowing");
    await writer.api.befriend("a_friend");
    for (const one of [friend, fan]) await one.api.follow("narrowing");
    const { id } = await writer.api.createPost({ text: "for all, for now" });
    const pages = [listen(friend), listen(fan), listen(passer)];
    for (const { realtime } of pages) realtime.watch([id]);
    const has = (type: RealtimeMessage["type"]) =>
      pages.map(({ heard }) => heard.some((one) => one.type === type));
    await until(() => has("counts").every(Boolean), "on all screens");

    await writer.api.setAudience(id, "followers");
    await until(() => has("revoke")[2] === true, "gone for who does not follow");
    await writer.api.setAudience(id, "friends");
    await until(() => has("revoke")[1] === true, "gone for who is no friend");
    await writer.api.reactToPost(id, "love");
    const counted = (one: RealtimeMessage) => one.type === "counts" && one.reactions === 1;
    await until(() => pages[0]?.heard.some(counted) === true, "the friend goes on");
    expect(has("revoke")).toEqual([false, true, true]);
    expect(pages.map(({ heard }) => heard.some(counted))).toEqual([true, false, false]);
  });

  it("log no bug", ({ expect }) => {
    expect(errors).toEqual([]);
  });
});
