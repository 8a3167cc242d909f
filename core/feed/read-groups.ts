import type { Failure } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import type { Consistency } from "../tao/service.ts";
import type { ResultsOf, Tao } from "../tao/tao.ts";
import type { Read } from "../tao/types.ts";

type Groups = Readonly<Record<string, readonly Read[]>>;
type Answers<G extends Groups> = { readonly [K in keyof G]: ResultsOf<G[K]> };

/** Named groups of reads in one batch, so that a wave costs one call per shard; answers by name. */
export async function readGroups<const G extends Groups>(
  tao: Tao,
  groups: G,
  consistency?: Consistency,
): Promise<Result<Answers<G>, Failure>> {
  const reads = Object.values(groups).flat();
  const results = reads.length === 0 ? ok([]) : await tao.read<readonly Read[]>(reads, consistency);
  if (!results.ok) return results;

  let from = 0;
  const answers: Record<string, readonly unknown[]> = {};
  for (const [name, group] of Object.entries(groups)) {
    answers[name] = results.value.slice(from, (from += group.length));
  }
  return ok(answers as Answers<G>); // Results come in the order of the reads: `Tao.read`.
}
