/** Bounds of what is sent to a dependency that has too much to do, part of `LIMITS`: unit in the name, reason beside the number. */
export const OVERLOAD_LIMITS = {
  /** Design: retries are at most this share of calls. */
  retryShare: 0.1,
  /** Retries that a quiet time saves up: those of a few requests, whatever the share. */
  retriesSavedMax: 10,
  /** Google SRE, "Handling Overload": twice what was accepted may be asked for. */
  throttleFactor: 2,
  /**
   * What is remembered: far shorter than SRE's two minutes. Refusals made here count too, and where the gateway throttles
   * the feed Worker, which throttles a shard, both have to forget: with 30 s most calls were refused a minute after all was well.
   */
  throttleWindowMs: 10_000,
  throttleSliceMs: 1_000,
  /** Refusals in that time that change nothing: who asks so rarely overloads nobody, and would forget last. */
  throttleRefusalsFree: 10,
  /** Share of calls that are sent in spite of all: nobody would see it recover otherwise. */
  throttleFloor: 0.05,
  /** An isolate's limits adapt this often: tens of requests of a busy one, and soon enough for a reader. */
  admissionWindowMs: 250,
  /** Requests that must have ended by then, or it waits for more, up to the longer time. */
  admissionSampleMin: 10,
  admissionWindowMaxMs: 2_000,
  /** Busy: come again after this, and somewhere in so much more. Retry-After has whole seconds. */
  busyRetryMs: 1_000,
  busySpreadMs: 2_000,
  /** A thread that comes back to what is ready after this is busy: several requests' work. A quiet one takes a millisecond. */
  admissionBusyLagMs: 10,
  /**
   * Requests that one gateway's isolate works on: what a quiet start takes, what it keeps at least and at most, and while it
   * finds out what they take. The least is what keeps a busy thread busy; one that is heard to be quiet goes down for nobody.
   */
  gatewayInitial: 100,
  gatewayMin: 10,
  gatewayMax: 1_000,
  gatewayProbe: 2,
  /** Operators' requests that it works on, beside those: the open dashboards of a team, some sections each. */
  gatewayOperators: 32,
  /** Feeds that one isolate builds at once: each is some milliseconds of its one thread, beside readers who need none. */
  buildsInitial: 32,
  buildsMin: 4,
  buildsMax: 200,
  buildsProbe: 1,
  /** Who asks for what is being built waits so long: many builds, and little of a request's time if that one is lost. */
  buildJoinMs: 500,
  /** What was begun so long ago has ended, or its client has gone and its end will never be heard: twice a request's budget. */
  placeHeldMs: 10_000,
  /**
   * Half as long again as when nothing waits, and 8 ms for what takes next to nothing: beyond that a thread that is late
   * only makes everybody wait.
   */
  admissionTolerance: 1.5,
  admissionSlackMs: 8,
  /** While it refuses, an isolate finds out this often what requests take when few are under way. */
  admissionProbeMs: 10_000,
  /** Calls of one isolate to one shard under way: what a leader has under way at most. */
  shardCallsMax: 2_000,
  /** To one bucket of the feed cache, and to a region's ranking: a second of what an object, and an isolate, take. */
  feedCacheCallsMax: 1_000,
  rankingCallsMax: 1_000,
  /** Dependencies that one isolate keeps count of, bytes: some 4,000 shards and buckets. */
  guardsBytesMax: 2_000_000,
} as const;
