import { Follower, type FollowerPorts } from "../../core/tao/follower.ts";
import type { Read } from "../../core/tao/types.ts";
import { type GraphWorld, unwrap } from "./graph-world.ts";

type Call = keyof FollowerPorts["leader"];

/** A follower whose leader's answers to one kind of call are held back until `release`. */
export function slowFollower(world: GraphWorld, bytesMax?: number) {
  const leader = world.leader(0);
  const held: (() => void)[] = [];
  let slow: Call | null = null;
  let lost: Call | null = null;
  const through = async <T>(call: Call, answer: Promise<T>): Promise<T> => {
    const value = await answer;
    if (call === lost) throw new Error("answer lost");
    if (call === slow) await new Promise<void>((resolve) => held.push(resolve));
    return value;
  };
  const follower = new Follower(
    "follower:0:apac:0",
    {
      clock: world.clock,
      leader: {
        fill: (by, request) => through("fill", leader.fill(by, request)),
        pull: (by, after) => through("pull", leader.pull(by, after)),
        read: (request) => through("read", leader.read(request)),
      },
      report: (event) => world.reports.push(event),
    },
    bytesMax,
  );
  const turns = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  };
  return {
    follower,
    /** Holds the next answers to `call`. */
    hold: (call: Call) => {
      slow = call;
    },
    /** Loses the next answers to `call`. */
    lose: (call: Call) => {
      lost = call;
    },
    /** Everything that can happen without the held answers. */
    turns,
    release: async () => {
      slow = null;
      for (const resolve of held.splice(0)) resolve();
      await turns();
    },
  };
}

export const ask = async (follower: Follower, ...reads: Read[]) =>
  unwrap(await follower.read({ reads, atLeast: null }));
export const get = (id: Extract<Read, { op: "objGet" }>["id"]): Read => ({ op: "objGet", id });
export const headOf = async (world: GraphWorld) =>
  unwrap(await world.leader(0).read({ reads: [], atLeast: null })).at;
