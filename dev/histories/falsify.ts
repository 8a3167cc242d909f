import { check } from "../../sim/check.ts";
import type { History, ReadEvent, Seen, WriteEvent } from "../../sim/history.ts";
import { SeededRandom } from "../../sim/random.ts";
import { Truth } from "../../sim/truth.ts";

/** An alteration, or null where this history has nothing to alter in that way. */
type Falsify = (history: History, random: SeededRandom, truth: Truth) => History | null;

/** One lie per guarantee, told in an otherwise true history. */
export const FALSIFICATIONS: Readonly<Record<string, Falsify>> = {
  "an acknowledged write is missing from the log": (history, random) => {
    const acknowledged = writesOf(history).filter(({ response }) =>
      response?.results.some(({ changed }) => changed),
    );
    const { shard, response } = random.pick(acknowledged);
    const version = response?.results.find(({ changed }) => changed)?.version;
    const shards = history.shards.filter(
      (event) =>
        event.shard !== shard ||
        event.kind === "epoch" ||
        !event.records.some(({ entries }) => entries.some(({ seq }) => seq === version?.seq)),
    );
    return { ...history, shards };
  },
  "the store lost an object": (history, random) => {
    const stored = random.pick(history.stored.filter(({ objects }) => objects.length > 0));
    const gone = random.pick(stored.objects);
    const objects = stored.objects.filter((row) => row !== gone);
    return replaceStored(history, { ...stored, objects });
  },
  "the store kept a deleted edge's twin": (history, random) => {
    const stored = random.pick(history.stored.filter(({ assocs }) => assocs.length > 0));
    const gone = random.pick(stored.assocs);
    const assocs = stored.assocs.filter((row) => row !== gone);
    return replaceStored(history, { ...stored, assocs });
  },
  "a reader saw what nobody wrote": (history, random) =>
    alterRead(history, random, ({ observation, shard }) =>
      observation.of === "object" && observation.value !== null
        ? { shard, observation: { ...observation, value: { ...observation.value, data: "{}" } } }
        : null,
    ),
  "a reader with a ticket went back in time": (history, random, truth) =>
    goBack(history, random, truth, "ticket"),
  "a leader answered with an old state": (history, random, truth) =>
    goBack(history, random, truth, "leader"),
  "a follower never learned of a write": (history, random, truth) => {
    const final = random.pick(history.finals);
    const altered = final.seen.flatMap((seen, place) => {
      const older = olderState(seen, truth);
      return older === null ? [] : [{ place, older }];
    });
    if (altered.length === 0) return null;
    const { place, older } = random.pick(altered);
    const finals = history.finals.map((one) =>
      one === final ? { ...one, seen: one.seen.toSpliced(place, 1, older) } : one,
    );
    return { ...history, finals };
  },
  "one opId took effect twice": (history, random) => {
    const commits = history.shards.filter(
      (event) => event.kind === "commit" && event.records.some(({ opId }) => opId !== null),
    );
    const twice = random.pick(commits);
    return { ...history, shards: [...history.shards, twice] };
  },
};

/** Names of the alterations that the checkers did not notice. */
export function falsifyAll(history: History, seed: number): readonly string[] {
  const random = new SeededRandom(seed);
  const truth = new Truth(history.shards);
  return Object.entries(FALSIFICATIONS).flatMap(([name, falsify]) => {
    const altered = falsify(history, random, truth);
    return altered === null || check(altered).length === 0 ? [name] : [];
  });
}

const writesOf = ({ events }: History): readonly WriteEvent[] =>
  events.filter((event) => event.kind === "write");

const readsOf = ({ events }: History): readonly ReadEvent[] =>
  events.filter((event) => event.kind === "read");

const replaceStored = (history: History, changed: History["stored"][number]): History => ({
  ...history,
  stored: history.stored.map((one) => (one.shard === changed.shard ? changed : one)),
});

function alterRead(
  history: History,
  random: SeededRandom,
  alter: (seen: Seen) => Seen | null,
): History | null {
  const candidates = readsOf(history).flatMap((event) => {
    const place = event.seen.findIndex((seen) => alter(seen) !== null);
    return place < 0 ? [] : [{ event, place }];
  });
  if (candidates.length === 0) return null;
  const { event, place } = random.pick(candidates);
  const altered = event.seen.flatMap((seen, at) => (at === place ? (alter(seen) ?? []) : seen));
  const events = history.events.map((one) => (one === event ? { ...event, seen: altered } : one));
  return { ...history, events };
}

/** What an object was before its last change, as a follower would say it. */
function olderState({ shard, observation }: Seen, truth: Truth): Seen | null {
  if (observation.of !== "object") return null;
  const spells = truth.object(observation.id);
  const [older, last] = [spells.at(-2), spells.at(-1)];
  if (older === undefined || last === undefined || older.value.data === last.value.data)
    return null;
  const { data, version } = older.value;
  const value = data === null || version === null ? null : { data, version };
  return { shard, observation: { ...observation, value } };
}

/** Right after a client saw an object's last state, it sees the one before. */
function goBack(
  history: History,
  random: SeededRandom,
  truth: Truth,
  consistency: ReadEvent["consistency"],
): History | null {
  const acknowledged = new Set(
    writesOf(history).flatMap(({ shard, response }) =>
      (response?.results ?? []).map(({ version }) => `${shard} ${version?.seq}`),
    ),
  );
  const candidates = readsOf(history).flatMap((event) =>
    event.seen.flatMap((seen) => {
      const older = olderState(seen, truth);
      const { observation } = seen;
      if (older === null || observation.of !== "object") return [];
      const last = truth.object(observation.id).at(-1);
      const isLast = observation.value !== null && observation.value.version === last?.from;
      const seq = (last?.from ?? 0) % 2 ** 32;
      return isLast && acknowledged.has(`${seen.shard} ${seq}`) ? [{ event, older }] : [];
    }),
  );
  if (candidates.length === 0) return null;
  const { event, older } = random.pick(candidates);
  const endMs = Math.max(...history.events.slice(-100).map(({ doneMs }) => doneMs)) + 10;
  const lie: ReadEvent = {
    ...event,
    consistency,
    invokeMs: endMs,
    doneMs: endMs + 1,
    seen: [older],
  };
  return { ...history, events: [...history.events, lie] };
}
