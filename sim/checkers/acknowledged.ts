import { formatId } from "../../core/ids.ts";
import { assocKey, listKey } from "../../core/tao/keys.ts";
import { formatVersion } from "../../core/tao/version.ts";
import type { History, Stored, Violation, WriteEvent } from "../history.ts";
import { type Position, positionOf, positionOrNull } from "../position.ts";
import type { Truth } from "../truth.ts";

const GUARANTEE = "G1 acknowledged writes survive";

/**
 * G1: every acknowledged change is in the log where the answer says, or a promotion has listed
 * it as lost; nothing is listed that survives; and the store holds what the log says.
 */
export function checkAcknowledged(history: History, truth: Truth): readonly Violation[] {
  const logged = new Map<number, Set<Position>>();
  for (const shard of truth.shards())
    logged.set(shard, new Set(truth.entries(shard).map(({ at }) => at)));
  const listed = new Map<number, Set<Position>>();
  for (const { shard, at } of history.listed)
    listed.set(shard, (listed.get(shard) ?? new Set()).add(at));
  const wrong = history.listed.filter(({ shard, at }) => logged.get(shard)?.has(at));
  return [
    ...history.events.flatMap((event) =>
      event.kind === "write"
        ? missing(event, logged.get(event.shard), listed.get(event.shard))
        : [],
    ),
    ...wrong.map(({ shard, at }) => ({
      guarantee: GUARANTEE,
      what: `shard ${shard}: ${at} is listed as lost and survives`,
    })),
    ...history.stored.flatMap((stored) => differences(stored, truth)),
  ];
}

function missing(
  { client, opId, response }: WriteEvent,
  logged: ReadonlySet<Position> | undefined,
  listed: ReadonlySet<Position> | undefined,
): readonly Violation[] {
  return (response?.results ?? []).flatMap(({ id, version, changed }) => {
    if (!changed || version === null) return [];
    const at = positionOf(version);
    if (logged?.has(at) || listed?.has(at)) return [];
    const what = `${client} ${opId}: ${formatId(id)}@${formatVersion(version)} is not in the log`;
    return [{ guarantee: GUARANTEE, what }];
  });
}

/** The store's last state against the log's, key by key and both ways. */
function differences(stored: Stored, truth: Truth): readonly Violation[] {
  const objects = new Map(stored.objects.map((row) => [row.id, row]));
  const edges = new Map(stored.assocs.map((row) => [assocKey(row), row]));
  const lists = new Map(stored.lists.map((row) => [listKey(row.id1, row.atype), row]));
  const wrong = new Set<string>();
  for (const { entry } of truth.entries(stored.shard)) {
    const { mutation } = entry;
    if (mutation.kind === "object") {
      const last = truth.object(mutation.id).at(-1)?.value;
      const row = objects.get(mutation.id);
      if (row?.data !== last?.data || positionOrNull(row?.version ?? null) !== last?.version)
        wrong.add(`object ${formatId(mutation.id)}`);
      continue;
    }
    const edge = truth.edge(mutation).at(-1)?.value ?? null;
    const row = edges.get(assocKey(mutation)) ?? null;
    if (
      positionOrNull(row?.version ?? null) !== (edge?.version ?? null) ||
      row?.data !== edge?.data
    )
      wrong.add(`edge ${assocKey(mutation)}`);
    const list = truth.list(mutation).at(-1)?.value;
    const size = lists.get(listKey(mutation.id1, mutation.atype));
    if (size?.count !== list?.count || positionOrNull(size?.version ?? null) !== list?.version)
      wrong.add(`list ${listKey(mutation.id1, mutation.atype)}`);
  }
  const surplus = [
    ...stored.objects.filter(({ id }) => truth.object(id).length === 0),
    ...stored.assocs.filter((row) => (truth.edge(row).at(-1)?.value ?? null) === null),
  ];
  if (surplus.length > 0) wrong.add(`${surplus.length} rows too many: each`);
  return [...wrong].map((key) => ({
    guarantee: GUARANTEE,
    what: `shard ${stored.shard}: ${key} is not as the log says`,
  }));
}
