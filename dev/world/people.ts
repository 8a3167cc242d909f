import type { Random } from "../../core/clock.ts";
import { LOGICAL_SHARDS, type LogicalShard, logicalShard } from "../../core/ids.ts";
import { CULTURES, type Culture, toHandlePart } from "./names.ts";
import { fill } from "./phrases.ts";
import { between, chance, hash, logNormal, pick, stream } from "./random.ts";
import { TOPICS } from "./topics/all.ts";
import type { Topic } from "./topics/topic.ts";

const DAY_MS = 86_400_000;
/** Share of people who joined while the world was already talking. */
const NEWCOMERS = 0.04;

export interface Person {
  readonly index: number;
  readonly handle: string;
  readonly name: string;
  readonly bio: string;
  /** Where the account lives for life. */
  readonly shard: LogicalShard;
  readonly createdAtMs: number;
  /** Indexes into TOPICS: what they mostly talk about, and what they also like. */
  readonly topic: number;
  readonly alsoTopic: number;
  readonly culture: number;
  readonly town: string;
  readonly utcOffsetMs: number;
  /** Local hour at which they are most awake. */
  readonly peakHour: number;
  /** Multiple of the mean number of posts. */
  readonly activity: number;
  /** Weight when others choose whom to follow; heavy-tailed. */
  readonly fame: number;
}

const cultureAt = (index: number): Culture => CULTURES[index] ?? CULTURES[0] ?? missing();
export const topicAt = (index: number): Topic => TOPICS[index] ?? TOPICS[0] ?? missing();
function missing(): never {
  throw new RangeError("the tables of the world are empty");
}

/** First of several spellings that nobody has yet; a number when all are taken. */
function freeHandle(
  random: Random,
  given: string,
  family: string,
  topic: Topic,
  taken: Set<string>,
): string {
  const [first, last] = [toHandlePart(given), toHandlePart(family)];
  const spellings = [
    `${first}_${last}`,
    `${first}${last}`,
    `${first}.${topic.key}`.replace(".", "_"),
    `${first.slice(0, 1)}${last}`,
    `${last}_${first}`,
  ];
  const start = chance(random, 0.45) ? 0 : Math.floor(random.next() * spellings.length);
  for (let i = 0; i < spellings.length; i++) {
    const handle = (spellings[(start + i) % spellings.length] ?? first).slice(0, 24);
    if (handle.length >= 2 && !taken.has(handle)) return handle;
  }
  const base = `${first}_${last}`.slice(0, 22);
  for (let n = 2; ; n++) if (!taken.has(`${base}${n}`)) return `${base}${n}`;
}

function bioOf(random: Random, topic: Topic, also: Topic, town: string): string {
  const own = fill(random, pick(random, topic.bio), topic);
  const parts = [
    own,
    chance(random, 0.5) && fill(random, pick(random, also.bio), also),
    chance(random, 0.6) && town,
  ];
  return parts.filter((part) => part !== false).join(" · ");
}

function person(seed: number, index: number, nowMs: number, taken: Set<string>): Person {
  const random = stream(seed, "person", index);
  // The first people meet every visitor: one from each community, and all of them active.
  const listed = index < TOPICS.length;
  const topic = listed ? index : Math.floor(random.next() * TOPICS.length);
  const also = (topic + between(random, 1, TOPICS.length - 1)) % TOPICS.length;
  const culture = (index + between(random, 0, 2)) % CULTURES.length;
  const { given, family, towns, utcOffsets } = cultureAt(culture);
  const [first, last, town] = [pick(random, given), pick(random, family), pick(random, towns)];
  const handle = freeHandle(random, first, last, topicAt(topic), taken);
  taken.add(handle);
  const newcomer = !listed && chance(random, NEWCOMERS);
  const activity = Math.min(8, logNormal(random, 1, 0.8));
  return {
    index,
    handle,
    name: `${first} ${last}`,
    bio: bioOf(random, topicAt(topic), topicAt(also), town),
    shard: logicalShard(hash(seed, "shard", index) % LOGICAL_SHARDS),
    createdAtMs:
      nowMs -
      (newcomer
        ? between(random, DAY_MS, 20 * DAY_MS)
        : between(random, 32 * DAY_MS, 700 * DAY_MS)),
    topic,
    alsoTopic: also,
    culture,
    town,
    utcOffsetMs: pick(random, utcOffsets) * 3_600_000,
    peakHour: pick(random, [8, 12, 18, 19, 20, 21, 22]),
    activity: listed ? Math.max(1.3, activity) : activity,
    fame: logNormal(random, 1, 1.1) * (listed ? 3 : 1),
  };
}

/** Everyone, with unique handles; the same for the same seed and number. */
export function makePeople(seed: number, users: number, nowMs: number): readonly Person[] {
  const taken = new Set<string>();
  return Array.from({ length: users }, (_, index) => person(seed, index, nowMs, taken));
}
