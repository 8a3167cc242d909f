import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";

import type { SocketEvent } from "../../core/feed/realtime/port.ts";
import { socketBucketName } from "../../core/feed/realtime/service.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { benchCpuSeconds, busySeconds, cpuSeconds, runtimePids } from "../measure/processes.ts";
import { type Listener, newListener } from "./crowd.ts";
import { type SocketsOptions, socketsOptions } from "./options.ts";
import { type Measured, type Spent, reportOf, reportText } from "./report.ts";
import { type SocketsRuntime, startSocketsRuntime } from "./runtime.ts";

const REGION = "us-east";
const AUTHOR = 9n as Id;
const say = (text: string) => console.error(text);
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** @returns the exit code: 1 when something was lost and nobody was told. */
export async function sockets(args: readonly string[]): Promise<number> {
  const options = socketsOptions(args);
  const before = new Set(runtimePids());
  const runtime = await startSocketsRuntime(options.buckets, {
    cf: { continent: "NA", longitude: "-74.0" },
    onStep: say,
    onLog: (level, message) => level === "error" && say(message),
  });
  const pids = runtimePids().filter((pid) => !before.has(pid));
  try {
    const report = reportOf(options, await measure(runtime, options, pids));
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report.isMet ? 0 : 1;
  } finally {
    await runtime.cluster.stop();
  }
}

async function measure(
  runtime: SocketsRuntime,
  options: SocketsOptions,
  pids: readonly number[],
): Promise<Measured> {
  const { cluster } = runtime;
  const crowd = await Promise.all(
    Array.from({ length: options.viewers }, (_, index) =>
      newListener(cluster.url, cluster.secrets.authSecret, index),
    ),
  );
  // One call first, so that what starts with it is not counted as the sockets'.
  await runtime.tell(REGION, 0, []);
  // Whoever comes while a bucket is quiet is told of a gap: nobody would see what is lost beside it.
  await wait(LIMITS.socketQuietMs + LIMITS.socketQuietSkewMs);
  const idleBytes = residentBytes(pids);
  const spent = stopwatch(pids);
  await connectAll(crowd, options.rampPerSecond);
  const connected = {
    ...spent(crowd.length),
    bytes: (residentBytes(pids) - idleBytes) / crowd.length,
    connectMs: crowd.flatMap((one) => one.connectMs.splice(0)),
  };
  say(`${crowd.length} connected in ${connected.seconds.toFixed(1)} s`);

  const news = new News(runtime, crowd, options);
  const telling = news.tellAll();
  await wait((options.seconds * 1_000) / 2);
  const storm = await stormOver(runtime, crowd, pids);
  say(`${crowd.length} dropped and came back in ${storm.seconds.toFixed(1)} s`);
  await telling;
  await settled(() => crowd.every((one) => one.isOpen && news.isComplete(one)));
  crowd.forEach((one) => one.stop());
  return { connected, storm, ...news.outcome() };
}

async function connectAll(crowd: readonly Listener[], perSecond: number): Promise<void> {
  for (const [index, one] of crowd.entries()) {
    one.start();
    if (index % 10 === 9) await wait(10_000 / perSecond);
  }
  await settled(() => crowd.every(({ isOpen }) => isOpen));
}

/** Every socket goes at once, and with them what the objects had in memory. */
async function stormOver(
  { cluster, topology }: SocketsRuntime,
  crowd: readonly Listener[],
  pids: readonly number[],
) {
  const spent = stopwatch(pids);
  crowd.forEach((one) => one.drop());
  await wait(200);
  for (let bucket = 0; bucket < topology.buckets; bucket++)
    await cluster.evict("sockets", socketBucketName(REGION, bucket)).catch((error: unknown) => {
      say(`bucket ${bucket} kept its memory: ${String(error)}`);
    });
  await settled(() => crowd.every(({ isOpen, connectMs }) => isOpen && connectMs.length > 0));
  return {
    ...spent(crowd.length),
    connectMs: crowd.flatMap(({ connectMs }) => connectMs),
  };
}

/** What is told, and what each listener must have heard in the end. */
class News {
  readonly #runtime: SocketsRuntime;
  readonly #options: SocketsOptions;
  readonly #byBucket: readonly (readonly Listener[])[];
  readonly #hidden = new Map<Listener, string[]>();
  readonly #posts = new Map<Listener, number>();
  readonly #toldMs = new Map<string, number>();
  readonly #tellMs: number[] = [];
  #next = 0;
  #again = 0;

  constructor(runtime: SocketsRuntime, crowd: readonly Listener[], options: SocketsOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#byBucket = Array.from({ length: options.buckets }, (_, bucket) =>
      crowd.filter(({ viewer }) => runtime.topology.bucketOf(viewer) === bucket),
    );
  }

  async tellAll(): Promise<void> {
    const { seconds, tellsPerSecond } = this.#options;
    const beganMs = performance.now();
    const told: Promise<void>[] = [];
    for (let n = 0; n < seconds * tellsPerSecond; n++) {
      await wait(Math.max(0, beganMs + (n * 1_000) / tellsPerSecond - performance.now()));
      told.push(this.#tell());
    }
    await Promise.all(told);
  }

  isComplete(one: Listener): boolean {
    return one.gaps > 0 || this.#lost(one) === 0;
  }

  outcome() {
    const listeners = this.#byBucket.flat();
    const sum = (of: (one: Listener) => number) => listeners.reduce((all, one) => all + of(one), 0);
    return {
      calls: this.#tellMs.length,
      calledAgain: this.#again,
      tellMs: this.#tellMs,
      heardMs: listeners.flatMap(({ heardMs }) =>
        [...heardMs].map(([user, atMs]) => atMs - (this.#toldMs.get(user) ?? atMs)),
      ),
      told: sum((one) => (this.#hidden.get(one)?.length ?? 0) + (this.#posts.get(one) ?? 0)),
      lost: sum((one) => (one.gaps > 0 ? 0 : this.#lost(one))),
      twice: sum((one) => [...one.hidden.values()].filter((times) => times > 1).length),
      holes: sum(({ holes }) => holes),
      repeatedNumbers: sum(({ duplicates }) => duplicates),
      gaps: sum(({ gaps }) => gaps),
    };
  }

  /** A new post for some, and for each of them a user of their own to hide. */
  async #tell(): Promise<void> {
    const n = this.#next++;
    const bucket = n % this.#options.buckets;
    const listeners = this.#byBucket[bucket] ?? [];
    const named = Array.from(
      { length: Math.min(this.#options.named, listeners.length) },
      (_, place) =>
        listeners[
          (Math.floor(n / this.#options.buckets) * this.#options.named + place) % listeners.length
        ],
    ).flatMap((one) => one ?? []);
    const viewers = named.map(({ viewer }) => viewer);
    const post = BigInt(2_000_000_000 + n) as Id;
    const nowMs = Date.now();
    const events: SocketEvent[] = [
      { kind: "new-post", viewers, author: AUTHOR, post, timeMs: nowMs },
    ];
    for (const [place, one] of named.entries()) {
      const other = BigInt(3_000_000_000 + n * 1_000 + place) as Id;
      events.push({ kind: "related", viewer: one.viewer, other, hide: true });
      this.#hidden.set(one, [...(this.#hidden.get(one) ?? []), `${other}`]);
      this.#posts.set(one, (this.#posts.get(one) ?? 0) + 1);
      this.#toldMs.set(`${other}`, nowMs);
    }
    const beganMs = performance.now();
    for (;;) {
      try {
        await this.#runtime.tell(REGION, bucket, events);
        this.#tellMs.push(performance.now() - beganMs);
        return;
      } catch {
        // As fan-out does: what was not acknowledged is told again.
        this.#again++;
        await wait(100);
      }
    }
  }

  #lost(one: Listener): number {
    const hidden = (this.#hidden.get(one) ?? []).filter((user) => !one.hidden.has(user)).length;
    const posts = Math.min(this.#posts.get(one) ?? 0, LIMITS.newPostsMax);
    return hidden + Math.abs(posts - one.newPosts);
  }
}

async function settled(isSo: () => boolean): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!isSo() && performance.now() < untilMs) await wait(50);
}

/** @returns a function that says how long it took since, and what CPU for each of `count`. */
function stopwatch(pids: readonly number[]) {
  const read = () => ({
    seconds: performance.now() / 1_000,
    cpu: cpuSeconds(pids),
    bench: benchCpuSeconds(),
    busy: busySeconds(),
  });
  const began = read();
  return (count: number): Spent => {
    const now = read();
    const [seconds, cpu, bench] = [
      now.seconds - began.seconds,
      now.cpu - began.cpu,
      now.bench - began.bench,
    ];
    return {
      seconds,
      cpuMs: (cpu * 1_000) / count,
      benchCpuMs: (bench * 1_000) / count,
      foreignCores: Math.max(0, now.busy - began.busy - cpu - bench) / seconds,
    };
  };
}

/** Memory of the processes that is in use, bytes. */
const residentBytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return sum + Number(kilobytes ?? 0) * 1_024;
  }, 0);
