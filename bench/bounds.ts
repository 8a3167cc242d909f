/** Bounds of every bench: unit in the name, reason beside the number. */
export const BOUNDS = {
  usersMax: 100_000,
  postsMax: 200_000,
  feedBucketsMax: 256,
  roundsMax: 20,
  roundSecondsMax: 60,
  connectionsMax: 256,
  /** A round may be repeated this often before its quietest try is taken and marked. */
  triesMax: 3,
  /** How long a round waits for other processes to become quiet. */
  quietWaitSeconds: 5,
  /** How long a round waits for the work that its writes left. */
  idleWaitSeconds: 20,
  /** Of a kind: they take some 50 ms each, one after another. */
  firstReadsMax: 1_000,
  /** How often a cache that is to be warm is read again, some seconds apart: longer than a follower's TTL together. */
  warmPassesMax: 8,
  /** Requests a generator writes down and repeats: several times the viewers. */
  requestStream: 20_000,
  writeStream: 500,
  /** Inverse edges of the whole load arrive well within this. */
  settleSecondsMax: 600,
  /** Longer than any answer: what takes this long counts as a failure. */
  requestTimeoutSeconds: 10,
  /** TAO: about 1 GB of objects and lists, which takes a quarter of an hour to load. */
  keysMax: 4_000_000,
  degreeMax: 100_000,
  edgesMax: 2_000_000,
  loadSecondsMax: 24 * 3_600,
  capacitySecondsMax: 120,
  opsPerSecondMax: 1_000_000,
  /** Reads that one call of the graph takes. */
  batchMax: 2_000,
  /** Of the 128 MB that a deployed isolate has. */
  leaderMegabytesMax: 100,
  shardsMax: 256,
  replicasMax: 8,
  /** Hit rates: longer than a day's busiest hour it would not be one. */
  sliceMinutesMax: 60,
  /** Sockets: each is one in this process and one in the runtime, of the 20,000 files that either may have. */
  socketsMax: 8_000,
  socketBucketsMax: 64,
  /** Candidates of one ranking request, as the proxy takes them. */
  candidatesMax: 2_000,
} as const;
