import { type Id, logicalShard, shardOf } from "../../../core/ids.ts";
import { followerName, leaderName } from "../../../core/tao/names.ts";
import { ASSOC, OBJECT } from "../../../core/tao/registry.ts";
import type { FollowerService, LeaderService } from "../../../core/tao/service.ts";
import { entryOf } from "../../../core/tao/shard-map.ts";
import { resultId, type Write } from "../../../core/tao/types.ts";
import type { ObjectNamespace } from "../../../platform/object-call.ts";
import { topologyFrom, type TopologyVars } from "../../../platform/topology.ts";
import type { BareObject } from "./bare.ts";
import { AUTHORS, POSTS_EACH, type Shape, shapesOf } from "./shapes.ts";

interface DriverEnv extends TopologyVars {
  readonly LEADER: ObjectNamespace<LeaderService>;
  readonly FOLLOWER: ObjectNamespace<FollowerService>;
  readonly BARE: DurableObjectNamespace<BareObject>;
}

/** Of one isolate, which a bench has one of. */
let shapes: Readonly<Record<string, Shape>> = {};

/** The caller of followers, inside the runtime: a Worker, as in the product. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/prepare") return Response.json(await prepare(env));
    const name = searchParams.get("shape") ?? "";
    const shape = shapes[name];
    if (pathname !== "/calls" || shape === undefined) return new Response(null, { status: 404 });
    const ms = Number(searchParams.get("ms"));
    const width = Number(searchParams.get("width"));
    const call = searchParams.has("bare") ? bareCall(env, name, shape) : followerCall(env, shape);
    return Response.json(await keepCalling(call, width, ms));
  },
} satisfies ExportedHandler<DriverEnv>;

/** Everything is on one shard: one follower answers. */
const HOME = logicalShard(0);
const placeOf = (env: DriverEnv) => entryOf(topologyFrom(env).map, HOME);

function followerCall(env: DriverEnv, { ask }: Shape): () => Promise<unknown> {
  const { shard, leader } = placeOf(env);
  const name = followerName(shard, leader, 0);
  return () => ask(env.FOLLOWER.getByName(name));
}

const bareCall =
  (env: DriverEnv, name: string, { request }: Shape) =>
  () =>
    env.BARE.getByName("bare").answer(name, request);

/** Loads, warms the follower, and teaches the bare object what the follower answers. */
async function prepare(env: DriverEnv) {
  shapes = shapesOf(await load(env));
  const sizes: Record<string, number> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const ask = followerCall(env, shape);
    await ask();
    const answer = textOf(await ask());
    await env.BARE.getByName("bare").learn(name, await ask());
    const bare = textOf(await bareCall(env, name, shape)());
    if (bare !== answer) throw new Error(`${name}: the bare object answers something else`);
    sizes[name] = answer.length;
  }
  return sizes;
}

const textOf = (answer: unknown): string =>
  JSON.stringify(answer, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );

async function load(env: DriverEnv): Promise<readonly Id[]> {
  const { shard, leader } = placeOf(env);
  const write = async (writes: readonly Write[]) => {
    const answer = await env.LEADER.getByName(leaderName(shard, leader)).write({
      writes,
      opId: null,
    });
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return answer.value.results.map(({ id }) => id);
  };
  const authors = await write(
    Array.from({ length: AUTHORS }, (_, n): Write => {
      const person = { handle: `person${n}`, name: `Person ${n}`, bio: "b".repeat(120) };
      const data = JSON.stringify({ ...person, avatar: null, createdAtMs: n });
      return { op: "objAdd", otype: OBJECT.user, shard: HOME, data };
    }),
  );
  for (const [place, id1] of authors.entries()) await write(postsBy(id1, place));
  return authors;
}

/** No two at the same moment, as in a feed. */
function postsBy(id1: Id, place: number): Write[] {
  return Array.from({ length: POSTS_EACH }, (_, n): Write[] => {
    const post = { authorId: `${id1}`, text: "t".repeat(140), media: [], audience: "public" };
    const data = JSON.stringify({ ...post, createdAtMs: n });
    const add: Write = { op: "objAdd", otype: OBJECT.post, shard: shardOf(id1), data };
    const id2 = resultId(2 * n);
    return [
      add,
      { op: "assocAdd", id1, atype: ASSOC.authored, id2, timeMs: n * AUTHORS + place, data: "" },
    ];
  }).flat();
}

/** `width` calls at once for `ms`. */
async function keepCalling(call: () => Promise<unknown>, width: number, ms: number) {
  const untilMs = Date.now() + ms;
  let calls = 0;
  let failed = 0;
  const caller = async () => {
    while (Date.now() < untilMs) {
      try {
        await call();
        calls++;
      } catch {
        failed++;
      }
    }
  };
  const beganMs = Date.now();
  await Promise.all(Array.from({ length: width }, caller));
  return { calls, failed, elapsedMs: Date.now() - beganMs };
}
