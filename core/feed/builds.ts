import type { Failure } from "../errors.ts";
import { formatId, type Id } from "../ids.ts";
import type { Admission } from "../resilience/admission.ts";
import type { Priority } from "../resilience/priority.ts";
import { err, ok, type Result } from "../result.ts";
import type { Version } from "../tao/version.ts";
import type { Call, Outcome } from "./call.ts";
import type { FeedRequest } from "./service.ts";
import { required } from "./stage.ts";

/** A feed that is read from the graph, which takes many times what a cached one does. */
export interface Build {
  /** What is made; `setting`: a page in the order that the viewer's settings say. */
  readonly kind: "latest" | "ranked" | "setting" | "entry";
  readonly viewer: Id;
  /** Default: the call's. */
  readonly priority?: Priority;
  /** Who asks the same while this is under way gets the same; null: nobody does. */
  readonly page: Pick<FeedRequest, "limit" | "cursor"> | null;
}

/** What another request needs to answer with the same. */
interface Shared<T> {
  readonly value: T;
  readonly ticket: string;
  readonly upTo: Version | null;
}

interface UnderWay {
  readonly made: Promise<Result<Shared<unknown> | null, Failure>>;
  /** Unix ms: until then somebody waits for it. Later it will never end: the platform dropped it with its client. */
  readonly untilMs: number;
}

export interface BuildsPorts {
  /** null: everything is built. */
  readonly admission: Admission | null;
  /** Told of each that was not built. */
  readonly shed: (call: Call) => void;
}

/**
 * Feeds that one isolate builds: as many at once as leave the thread to readers who need none, and
 * each only once, however often it is asked for meanwhile.
 */
export class Builds {
  readonly #ports: BuildsPorts;
  /** As many as are under way, oldest first. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(ports: BuildsPorts) {
    this.#ports = ports;
  }

  /** @returns `overloaded` where it is not built. */
  async run<T>(call: Call, build: Build, work: () => Outcome<T>): Outcome<T> {
    const key = keyOf(call, build);
    const made = build.page === null ? undefined : this.#known<T>(key, call.clock.nowMs());
    if (made !== undefined) {
      const joined = await required(call, () => made);
      if (!joined.ok) return joined;
      if (joined.value !== null) {
        call.tao.madeBy(joined.value.ticket, build.viewer, joined.value.upTo);
        return ok(joined.value.value);
      }
    }
    return this.#admitted(call, build, () => this.#shared(call, build, key, work));
  }

  /** A key names the build, and so the type of what it makes. */
  #known<T>(key: string, nowMs: number): Promise<Result<Shared<T> | null, Failure>> | undefined {
    for (const [old, { untilMs }] of this.#underWay) {
      if (nowMs < untilMs) break;
      this.#underWay.delete(old);
    }
    return this.#underWay.get(key)?.made as Promise<Result<Shared<T> | null, Failure>> | undefined;
  }

  async #admitted<T>(
    call: Call,
    { kind, priority = call.priority }: Build,
    work: () => Outcome<T>,
  ): Outcome<T> {
    const { admission, shed } = this.#ports;
    if (admission === null) return work();
    let isBegun = false;
    const leftMs = call.deadlineMs - call.clock.nowMs();
    const built = await admission.run({ kind, priority, leftMs }, () => {
      isBegun = true;
      return work();
    });
    if (!isBegun) shed(call);
    return built;
  }

  async #shared<T>(
    call: Call,
    { viewer, page }: Build,
    key: string,
    work: () => Outcome<T>,
  ): Outcome<T> {
    if (page === null || this.#underWay.has(key)) return work();
    const built = work();
    const shared = built.then((result): Result<Shared<T> | null, Failure> => {
      if (!result.ok) return err(result.error);
      // What is marked as old is this caller's alone.
      if (call.tao.staleMs() !== null) return ok(null);
      const { tao } = call;
      return ok({ value: result.value, ticket: tao.ticket(), upTo: tao.positionOf(viewer) });
    });
    const mine = { made: shared, untilMs: call.deadlineMs };
    this.#underWay.set(key, mine);
    try {
      await shared;
      return await built;
    } finally {
      if (this.#underWay.get(key) === mine) this.#underWay.delete(key);
    }
  }
}

/** All that the page depends on, beside the graph. */
const keyOf = (
  { region, consistency, effects, asked, ranking }: Call,
  { kind, viewer, page }: Build,
): string =>
  [
    formatId(viewer),
    kind,
    page?.limit,
    page?.cursor,
    region,
    consistency,
    effects.level,
    effects.allowStale,
    ranking?.weighing.version,
    ranking?.model,
    asked,
  ].join(" ");
