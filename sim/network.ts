import type { Region } from "../core/regions/regions.ts";
import type { Faults } from "./faults.ts";
import type { SeededRandom } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Tally } from "./tally.ts";
import type { Trace } from "./trace.ts";

/** One life of a leader, follower or client. When it ends, nothing it awaits ever returns. */
export class Life {
  readonly name: string;
  isAlive = true;
  /** Callers that wait for an answer of this life. */
  readonly callers = new Set<() => void>();

  constructor(name: string) {
    this.name = name;
  }

  end(): number {
    this.isAlive = false;
    const waiting = [...this.callers];
    this.callers.clear();
    for (const cutOff of waiting) cutOff();
    return waiting.length;
  }
}

/** Whoever can be called: answers with its present life, and starts one if there is none. */
export interface Host<Service> {
  readonly name: string;
  enter(): Promise<{ readonly life: Life; readonly service: Service }>;
  crash(): void;
}

export interface SimPorts {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly tally: Tally;
  readonly trace: Trace;
  /** Changes during a run: quiet at the end. */
  faults(): Faults;
}

/** How long a caller waits before it takes a request for lost, milliseconds. */
const TIMEOUT_MS = { from: 20, to: 3_000 };
/** What is late or repeated arrives this long after it was sent. */
const LATE_MS = { from: 50, to: 20_000 };
const DELAY_MS = { from: 1, to: 30 };
/** Some messages take this long; a caller is still waiting then. */
const SLOW_MS = { from: 30, to: 8_000 };

/** Calls between hosts: delayed, reordered, lost, late, duplicated, cut off by crashes. */
export class Network {
  readonly #ports: SimPorts;
  /** Links and ways between two names that are cut, until when (ms). */
  readonly #cuts = new Map<string, number>();
  /** Regions that reach nothing outside, until when (ms). */
  readonly #isolated = new Map<Region, number>();
  readonly #regionOf: (name: string) => Region | null;

  /** @param regionOf where a host is; null: in none of them. */
  constructor(ports: SimPorts, regionOf: (name: string) => Region | null) {
    this.#ports = ports;
    this.#regionOf = regionOf;
  }

  cut(a: string, b: string, untilMs: number): void {
    if (a === b) return;
    this.#cut(linkOf(a, b), untilMs);
  }

  /** Nothing that `from` asks of `to` arrives; the other way all is well. */
  deafen(from: string, to: string, untilMs: number): void {
    this.#cut(wayOf(from, to), untilMs);
  }

  /** Cuts a region off from everything that is not in it. */
  isolate(region: Region, untilMs: number): void {
    this.#ports.tally.count("regions isolated");
    this.#ports.trace.note(`${region} is cut off`);
    this.#isolated.set(region, Math.max(untilMs, this.#isolated.get(region) ?? 0));
  }

  /** What is cut for good stays so. */
  heal(): void {
    this.#cuts.clear();
    for (const [region, untilMs] of this.#isolated)
      if (untilMs !== Number.POSITIVE_INFINITY) this.#isolated.delete(region);
  }

  /**
   * @param mayRepeat the receiver may get it twice: messages whose sender cannot tell.
   * @returns what `handle` answers; rejects when the answer does not come back.
   */
  call<Service, T>(
    from: Life,
    to: Host<Service>,
    what: string,
    handle: (service: Service) => Promise<T>,
    mayRepeat = false,
  ): Promise<T> {
    const { random, tally, scheduler } = this.#ports;
    const faults = this.#ports.faults();
    return new Promise<T>((resolve, reject) => {
      const answer = (settle: () => void) => from.isAlive && settle();
      const lose = (why: string) =>
        this.#later(random.int(TIMEOUT_MS.from, TIMEOUT_MS.to), () =>
          answer(() => reject(new Error(`${what}: ${why}`))),
        );
      if (
        this.#isCut(from.name, to.name) ||
        this.#isCutUntil(wayOf(from.name, to.name), scheduler.nowMs()) ||
        random.chance(faults.requestLost)
      ) {
        tally.count("requests lost");
        return lose("request lost");
      }
      const reply = { resolve, reject, answer, lose };
      if (mayRepeat && random.chance(faults.duplicate)) {
        tally.count("duplicates");
        // Some come long after the first, when much has changed.
        const afterMs = random.chance(0.3) ? 0 : random.logInt(LATE_MS.from, LATE_MS.to);
        scheduler.after(afterMs, () => this.#deliver(from, to, what, handle, null));
      }
      if (random.chance(faults.requestLate)) {
        tally.count("requests late");
        lose("timed out");
        scheduler.after(random.logInt(TIMEOUT_MS.to, LATE_MS.to), () =>
          this.#deliver(from, to, what, handle, null),
        );
        return;
      }
      this.#deliver(from, to, what, handle, reply);
    });
  }

  #deliver<Service, T>(
    from: Life,
    to: Host<Service>,
    what: string,
    handle: (service: Service) => Promise<T>,
    reply: Reply<T> | null,
  ): void {
    const { random, tally, trace } = this.#ports;
    const faults = this.#ports.faults();
    this.#later(this.#delayMs(), async () => {
      const { life, service } = await to.enter();
      trace.note(`${from.name} -> ${to.name} ${what}`);
      const cutOff = () => reply?.answer(() => reply.reject(new Error(`${what}: object reset`)));
      life.callers.add(cutOff);
      const mayDie = to.name.startsWith("follower:") ? faults.evict : faults.crash;
      if (random.chance(mayDie)) this.#later(random.int(0, 3), () => to.crash());
      const back = (settle: () => void) => {
        if (!life.callers.delete(cutOff) || reply === null) return;
        if (this.#isCut(from.name, to.name) || random.chance(faults.replyLost)) {
          tally.count("replies lost");
          return reply.lose("reply lost");
        }
        this.#later(this.#delayMs(), () => reply.answer(settle));
      };
      try {
        const value = await handle(service);
        back(() => reply?.resolve(value));
      } catch (error) {
        back(() => reply?.reject(error));
      }
    });
  }

  #delayMs(): number {
    const { random, faults } = this.#ports;
    const range = random.chance(faults().slow) ? SLOW_MS : DELAY_MS;
    return random.logInt(range.from, range.to);
  }

  #later(delayMs: number, run: () => void): void {
    this.#ports.scheduler.after(delayMs, run);
  }

  #isCut(a: string, b: string): boolean {
    const nowMs = this.#ports.scheduler.nowMs();
    if (this.#isCutUntil(linkOf(a, b), nowMs)) return true;
    if (this.#isolated.size === 0) return false;
    const [from, to] = [this.#regionOf(a), this.#regionOf(b)];
    return from !== to && (this.#isIsolated(from, nowMs) || this.#isIsolated(to, nowMs));
  }

  #cut(link: string, untilMs: number): void {
    this.#ports.tally.count("links cut");
    this.#cuts.set(link, Math.max(untilMs, this.#cuts.get(link) ?? 0));
  }

  #isCutUntil = (link: string, nowMs: number): boolean => (this.#cuts.get(link) ?? 0) > nowMs;

  #isIsolated = (region: Region | null, nowMs: number): boolean =>
    region !== null && (this.#isolated.get(region) ?? 0) > nowMs;
}

interface Reply<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly answer: (settle: () => void) => void;
  readonly lose: (why: string) => void;
}

const wayOf = (from: string, to: string): string => `${from}>${to}`;
const linkOf = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
