import type { StoreKind } from "./faults.ts";
import { workersMax } from "./pool.ts";

export const HELP = `node sim/main.ts [what] [options]

Runs the protocol code of leaders, followers and clients on one seeded scheduler that
loses, delays, repeats and reorders messages, crashes leaders and followers, fails and
delays store calls, and checks the history of every run.

  --seeds N       N seeds (default 100)
  --seconds N     as many seeds as fit into N seconds
  --seed N        one seed, with a readable trace of everything that happened
  --mutants       every mistake in sim/mutants.ts in turn: each must be found
  --mutant NAME   only those mistakes whose name has NAME in it
  --rates         all seeds with each mistake, and how many of them find it
  --from N        first seed (default: by the clock, so that every run tries new ones)
  --operations N  requests in a seed (default 500)
  --store KIND    embedded or remote (default: each seed chooses)
  --workers N     threads (default: one per core)
  --help          this text
`;

export interface Arguments {
  readonly what: "seeds" | "trace" | "mutants" | "help";
  readonly seeds: number;
  /** Infinity: no limit in time. */
  readonly seconds: number;
  readonly from: number;
  readonly operations: number;
  readonly store: StoreKind | undefined;
  readonly workers: number;
  /** Part of the names of the mutants to try; "" for all. */
  readonly mutant: string;
  /** Goes on with a mutant that is caught, to tell how often. */
  readonly rates: boolean;
}

const SEEDS = 100;
/** A mutant that survives this many seeds has found a hole in the checkers. */
const MUTANT_SEEDS = 200;
const OPERATIONS = 500;
const NUMBERS = ["--seeds", "--seconds", "--seed", "--from", "--operations", "--workers"] as const;

/** @returns a sentence about what is wrong with the command line. */
export function parseArguments(words: readonly string[], fresh: number): Arguments | string {
  const given = new Map<string, number>();
  const flags = new Set<string>();
  let store: StoreKind | undefined;
  let mutant = "";
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--mutants" || word === "--rates" || word === "--help") {
      flags.add(word);
      continue;
    }
    if (word !== "--store" && word !== "--mutant" && !NUMBERS.some((name) => name === word)) {
      return `unknown option ${word}`;
    }
    const text = words[++at] ?? "";
    if (word === "--mutant") {
      flags.add("--mutants");
      mutant = text;
      continue;
    }
    if (word === "--store") {
      if (text !== "embedded" && text !== "remote") return "--store needs embedded or remote";
      store = text;
      continue;
    }
    if (!/^[0-9]{1,9}$/.test(text)) return `${word} needs a number`;
    given.set(word, Number(text));
  }
  const seed = given.get("--seed");
  const seconds = given.get("--seconds");
  const what = flags.has("--help")
    ? "help"
    : flags.has("--mutants") || flags.has("--rates")
      ? "mutants"
      : seed === undefined
        ? "seeds"
        : "trace";
  const many = seconds === undefined ? SEEDS : Number.POSITIVE_INFINITY;
  return {
    what,
    seeds: given.get("--seeds") ?? (what === "mutants" ? MUTANT_SEEDS : many),
    seconds: seconds ?? Number.POSITIVE_INFINITY,
    from: seed ?? given.get("--from") ?? fresh,
    operations: given.get("--operations") ?? OPERATIONS,
    store,
    mutant,
    rates: flags.has("--rates"),
    workers: Math.max(1, given.get("--workers") ?? workersMax()),
  };
}
