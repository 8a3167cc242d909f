import type { Clock } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { leaderAway } from "./follower-log.ts";
import type { Needs, View } from "./follower-view.ts";
import { assocKey, listKey } from "./keys.ts";
import type { FillRequest, FillResponse, LeaderService } from "./service.ts";
import { compareVersions, type Version } from "./version.ts";

export interface FollowerFillsPorts {
  readonly clock: Clock;
  readonly leader: Pick<LeaderService, "fill">;
  /** Before any reader sees the fill. */
  readonly landed: (
    request: FillRequest,
    fill: FillResponse,
    askedMs: number,
  ) => Promise<Failure | null>;
}

interface Landed {
  readonly request: FillRequest;
  readonly fill: FillResponse;
}

/** One call to the leader, and everybody who waits for it. */
interface Flight {
  readonly askedMs: number;
  readonly landing: Promise<Result<Landed, Failure>>;
}

type FillList = FillRequest["lists"][number];

/**
 * Fetches what readers miss. Those who miss the same key at the same time share one call,
 * and there are bounds on calls and on readers who wait: a leader that is slow must not
 * take the readers down who need nothing from it.
 */
export class FollowerFills {
  readonly #name: string;
  readonly #ports: FollowerFillsPorts;
  /** By key: the call that will bring it, and how long a prefix of a list. */
  readonly #pending = new Map<string, { readonly flight: Flight; readonly prefix: number }>();
  #inFlight = 0;
  #waiting = 0;
  readonly counters = { fills: 0, shared: 0, refused: 0 };

  constructor(name: string, ports: FollowerFillsPorts) {
    this.#name = name;
    this.#ports = ports;
  }

  get isFilling(): boolean {
    return this.#inFlight > 0;
  }

  /** Adds to the view what `needs` names, except what was read before `atLeast`. */
  async gather(needs: Needs, view: View, atLeast: Version | null): Promise<Failure | null> {
    const shared = new Set<Flight>();
    const own = this.#without(needs.request(), shared);
    const isFull = own !== null && this.#inFlight >= LIMITS.followerFillsMax;
    if (isFull || this.#waiting >= LIMITS.followerWaitingMax) {
      this.counters.refused++;
      return { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs };
    }
    this.#waiting++;
    try {
      const flights = own === null ? [...shared] : [...shared, this.#start(own)];
      for (const landed of await Promise.all(flights.map(({ landing }) => landing))) {
        if (!landed.ok) return landed.error;
        const { request, fill } = landed.value;
        // Another reader's call may have left before this reader's ticket: the reader asks again.
        if (request !== own && compareVersions(fill.at, atLeast) < 0) continue;
        view.add(request, fill);
      }
      return null;
    } finally {
      this.#waiting--;
    }
  }

  /** What no call under way will bring; null when that is nothing. */
  #without(request: FillRequest, shared: Set<Flight>): FillRequest | null {
    if (this.#pending.size === 0) return request;
    const nowMs = this.#ports.clock.nowMs();
    const isOwn = (key: string, prefix: number): boolean => {
      const pending = this.#pending.get(key);
      // What was asked long ago may be old when it comes.
      const isUseful =
        pending !== undefined &&
        pending.prefix >= prefix &&
        nowMs - pending.flight.askedMs < LIMITS.fillShareMs;
      if (!isUseful) return true;
      shared.add(pending.flight);
      this.counters.shared++;
      return false;
    };
    const objects = request.objects.filter((id) => isOwn(objectKey(id), 0));
    const lists = request.lists.filter((list) => isOwn(keyOfList(list), list.prefix));
    const points = request.points.filter((key) => isOwn(assocKey(key), 0));
    const isNothing = objects.length + lists.length + points.length === 0;
    return isNothing ? null : { objects, lists, points };
  }

  #start(request: FillRequest): Flight {
    const askedMs = this.#ports.clock.nowMs();
    this.counters.fills++;
    this.#inFlight++;
    const landing = this.#ask(request, askedMs).finally(() => {
      this.#inFlight--;
      for (const [key] of keysOf(request)) {
        if (this.#pending.get(key)?.flight === flight) this.#pending.delete(key);
      }
    });
    const flight: Flight = { askedMs, landing };
    for (const [key, prefix] of keysOf(request)) this.#pending.set(key, { flight, prefix });
    return flight;
  }

  async #ask(request: FillRequest, askedMs: number): Promise<Result<Landed, Failure>> {
    const answer = await this.#ports.leader.fill(this.#name, request).catch(() => err(leaderAway));
    if (!answer.ok) return answer;
    const failure = await this.#ports.landed(request, answer.value, askedMs);
    return failure === null ? ok({ request, fill: answer.value }) : err(failure);
  }
}

const objectKey = (id: bigint): string => `o${id}`;
const keyOfList = ({ id1, atype }: FillList): string => listKey(id1, atype);

function* keysOf({ objects, lists, points }: FillRequest): Generator<readonly [string, number]> {
  for (const id of objects) yield [objectKey(id), 0];
  for (const list of lists) yield [keyOfList(list), list.prefix];
  for (const key of points) yield [assocKey(key), 0];
}
