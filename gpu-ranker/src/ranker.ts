import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Clock, Sleep, Timer } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RankerConfig } from "./env.ts";
import { LoopWait } from "./http/loop-wait.ts";
import { BodyReader } from "./http/read-body.ts";
import { rankerServer } from "./http/server.ts";
import { Lane } from "./lane/lane.ts";
import { RANKER_LIMITS } from "./limits.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { CurrentPoll } from "./model/current-poll.ts";
import type { LoadFault } from "./model/load-fault.ts";
import { Registry } from "./model/registry.ts";
import { type Scorer, startScorer } from "./model/scorer.ts";
import type { ThreadOptions } from "./model/thread-messages.ts";

export interface Ranker {
  readonly port: number;
  /** Not ready at once, then no new requests, then nothing under way, then the end. */
  drain(): Promise<void>;
}

/** Monotonic: deadlines are durations, and a clock that is set must not expire them. */
const clock: Clock = { nowMs: () => performance.now() };
const timer: Timer = (ms, ring) => {
  const set = setTimeout(ring, ms);
  set.unref();
  return () => clearTimeout(set);
};

/** What a test puts something else in place of. */
export interface RankerPorts {
  readonly scorers: (options: ThreadOptions, timer: Timer) => Promise<Result<Scorer, LoadFault>>;
  /** Before a drain refuses, and before a thread that ended is started again. */
  readonly sleep: Sleep;
}

/** The composition root: a running server, with whatever `current` names loaded where that is possible. */
export async function startRanker(
  config: RankerConfig,
  log: Log,
  given: Partial<RankerPorts> = {},
): Promise<Ranker> {
  const ports: RankerPorts = { scorers: startScorer, sleep: (ms) => sleep(ms), ...given };
  const metrics = new Metrics();
  const registry = new Registry({
    openLane: (version, inBackground) =>
      openLane(version, inBackground, { config, metrics, log, ports }),
    changed: (models) => metrics.models(models),
  });
  let drain: "no" | "announced" | "refusing" = "no";
  const loadRows = () =>
    registry.lanes.reduce(
      (rows, { load }) => rows + load.queuedRows + (load.running?.rows ?? 0),
      0,
    );
  const server = rankerServer({
    registry,
    metrics,
    clock,
    loop: new LoopWait(clock, setImmediate),
    bodies: new BodyReader(RANKER_LIMITS.readingBytesMax),
    log,
    budgetMs: config.budgetMs,
    draining: () => drain === "refusing",
    leaving: () => drain !== "no",
    ready: () => drain === "no" && registry.serving?.ready === true,
    loadRows,
    admin: { registry, log, token: config.adminToken },
  });
  server.listen(config.port, config.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  log("info", "listening", { host: config.host, port, models: config.modelsFolder });

  const poll = new CurrentPoll(config.modelsFolder, registry, log);
  await poll.look();
  if (registry.serving === null) log("warn", "no_model", { models: config.modelsFolder });
  const polling = new AbortController();
  if (config.pollMs > 0) void follow(poll, config.pollMs, polling.signal);

  return {
    port,
    async drain() {
      if (drain !== "no") return;
      drain = "announced";
      polling.abort();
      log("info", "draining", { loadRows: loadRows() });
      await ports.sleep(config.drainNoticeMs);
      drain = "refusing";
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await Promise.race([closed, sleep(RANKER_LIMITS.drainMsMax, null, { ref: false })]);
      server.closeAllConnections();
      await registry.stop();
      log("info", "drained");
    },
  };
}

async function follow(poll: CurrentPoll, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs, null, { signal, ref: false }).catch(() => null);
    if (!signal.aborted) await poll.look();
  }
}

interface LaneParts {
  readonly config: RankerConfig;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly ports: RankerPorts;
}

async function openLane(
  version: string,
  inBackground: boolean,
  { config, metrics, log, ports }: LaneParts,
): Promise<Result<Lane, LoadFault>> {
  const start = async (): Promise<Result<Scorer, LoadFault>> => {
    const { providers, precision, threads, modelsFolder } = config;
    const folder = path.join(modelsFolder, version);
    const options = { folder, version, precision, providers, threads, inBackground };
    const started = await ports.scorers(options, timer);
    if (!started.ok) {
      log("error", "model_refused", { version, ...started.error });
      return started;
    }
    const { loaded } = started.value;
    log("info", "model_loaded", { ...loaded, inBackground });
    if (loaded.precision !== precision)
      log("warn", "precision_missing", { version, asked: precision, served: loaded.precision });
    return started;
  };
  const scorer = await start();
  metrics.loaded(scorer.ok ? ok(scorer.value.loaded) : scorer);
  if (!scorer.ok) return err(scorer.error);
  const events = {
    batch: metrics.batch.bind(metrics),
    restarted: metrics.restarted.bind(metrics),
    ended(ended: string, reason: string) {
      metrics.ended(ended);
      log("error", "thread_ended", { version: ended, reason });
    },
  };
  const policy = {
    ...RANKER_LIMITS,
    batchRowsMax: config.batchRowsMax,
    serviceMsMax: config.budgetMs * RANKER_LIMITS.serviceShare,
  };
  return ok(new Lane(scorer.value, { clock, sleep: ports.sleep, events, policy, start }));
}
