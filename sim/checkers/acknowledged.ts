import { formatId } from "../../core/ids.ts";
import { assocKey, listKey } from "../../core/tao/keys.ts";
import type { History, Stored, Violation, WriteEvent } from "../history.ts";
import type { Truth } from "../truth.ts";

const GUARANTEE = "G1 acknowledged writes survive";

/** G1: every acknowledged change is in the log where the answer says, and the store holds what the log says. */
export function checkAcknowledged(history: History, truth: Truth): readonly Violation[] {
  return [
    ...history.events.flatMap((event) => (event.kind === "write" ? missing(event, history) : [])),
    ...history.stored.flatMap((stored) => differences(stored, history, truth)),
  ];
}

function missing(event: WriteEvent, { commits }: History): readonly Violation[] {
  const { response, shard } = event;
  if (response === null) return [];
  const logged = new Set(
    commits
      .filter((commit) => commit.shard === shard)
      .flatMap((commit) => commit.records)
      .flatMap((record) => record.entries.map((entry) => entry.seq)),
  );
  return response.results
    .filter(({ changed, version }) => changed && version !== null && !logged.has(version.seq))
    .map(({ id, version }) => ({
      guarantee: GUARANTEE,
      what: `${event.client} ${event.opId}: ${formatId(id)}@${version?.seq} is not in the log`,
    }));
}

/** The store's last state against the log's, key by key and both ways. */
function differences(stored: Stored, history: History, truth: Truth): readonly Violation[] {
  const entries = history.commits
    .filter((commit) => commit.shard === stored.shard)
    .flatMap((commit) => commit.records.flatMap((record) => record.entries));
  const objects = new Map(stored.objects.map((row) => [row.id, row]));
  const edges = new Map(stored.assocs.map((row) => [assocKey(row), row]));
  const lists = new Map(stored.lists.map((row) => [listKey(row.id1, row.atype), row]));
  const wrong = new Set<string>();
  for (const { mutation } of entries) {
    if (mutation.kind === "object") {
      const last = truth.object(mutation.id).at(-1);
      const row = objects.get(mutation.id);
      if (row?.data !== last?.value || row?.version.seq !== last?.from)
        wrong.add(`object ${formatId(mutation.id)}`);
      continue;
    }
    const edge = truth.edge(mutation).at(-1)?.value ?? null;
    const row = edges.get(assocKey(mutation)) ?? null;
    if ((row?.version.seq ?? null) !== (edge?.seq ?? null) || row?.data !== edge?.data)
      wrong.add(`edge ${assocKey(mutation)}`);
    const list = truth.list(mutation).at(-1);
    const size = lists.get(listKey(mutation.id1, mutation.atype));
    if (size?.count !== list?.value.count || size?.version.seq !== list?.from)
      wrong.add(`list ${listKey(mutation.id1, mutation.atype)}`);
  }
  return [...wrong].map((key) => ({
    guarantee: GUARANTEE,
    what: `shard ${stored.shard}: ${key} is not as the log says`,
  }));
}
