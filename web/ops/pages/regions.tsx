import { useState } from "preact/hooks";

import type { ShardList } from "../../../core/regions/shard-admin.ts";
import type { RolloutList } from "../../../core/rollout/rollout.ts";
import type { CacheReport } from "../../../core/telemetry/cache-layers.ts";
import { useStore } from "../../app/state/store.ts";
import { useSection } from "../data/sections.ts";
import { count, millis, span } from "../format.ts";
import { leaseWords, moveAction } from "../shards.ts";
import { clockStore } from "../state/clock.ts";
import { regionStore } from "../state/region.ts";
import { ActButton } from "../ui/act-button.tsx";
import { Badge } from "../ui/badge.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";
import { ShardMap } from "./shard-map.tsx";

export function RegionsPage() {
  const shards = useSection<ShardList>("shards");
  const rollouts = useSection<RolloutList>("rollouts");
  const caches = useSection<CacheReport>("caches");
  const region = useStore(regionStore);
  const nowMs = useStore(clockStore);
  const regions = regionsIn(shards.value, rollouts.value, caches.value);
  return (
    <>
      <SectionCard
        title="Who leads what"
        known={shards}
        actions={shards.value !== null && <Coordinator list={shards.value} nowMs={nowMs} />}
      >
        {(list) => <ShardMap list={list} regions={regions} picked={region} />}
      </SectionCard>
      <SectionCard title="Regions" known={rollouts}>
        {(list) => (
          <Table
            caption="Regions"
            rows={regions.filter((name) => region === "" || name === region)}
            keyOf={(name) => name}
            empty="No region is known."
            columns={[
              { head: "Region", render: (name) => name },
              {
                head: "Shards led",
                isNumber: true,
                render: (name) =>
                  count(shards.value?.shards.filter(({ leader }) => leader === name).length ?? 0),
              },
              {
                head: "Followers, mean lag",
                isNumber: true,
                render: (name) => lagOf(caches.value, name),
              },
              {
                head: "Flags and settings known",
                render: (name) => <Known list={list} region={name} />,
              },
            ]}
          />
        )}
      </SectionCard>
      <SectionCard title="Shards" known={shards}>
        {(list) => (
          <>
            <Move list={list} regions={regions} />
            <Table
              caption="Shards"
              rows={list.shards.filter(({ leader }) => region === "" || leader === region)}
              keyOf={({ shard }) => shard}
              empty="This region leads no shard."
              columns={[
                { head: "Shard", isNumber: true, render: ({ shard }) => shard },
                { head: "Leader", render: ({ leader }) => leader },
                { head: "Epoch", isNumber: true, render: ({ epoch }) => epoch },
                { head: "Lease", render: (row) => leaseWords(row, nowMs) },
                {
                  head: "End of its log",
                  render: ({ head, failure }) =>
                    failure === null ? (head ?? "–") : <Badge tone="bad">{failure}</Badge>,
                },
                {
                  head: "Logical shards",
                  render: ({ logicalShards: [from, to] }) => `${count(from)} to ${count(to - 1)}`,
                },
              ]}
            />
          </>
        )}
      </SectionCard>
    </>
  );
}

/** From whatever is known: one part may be away. */
function regionsIn(
  shards: ShardList | null,
  rollouts: RolloutList | null,
  caches: CacheReport | null,
): readonly string[] {
  const names = [
    ...(shards?.shards ?? []).map(({ leader }) => leader),
    ...(rollouts?.regions ?? []).map(({ region }) => region),
    ...(caches?.regions ?? []).map(({ region }) => region),
  ];
  return [...new Set(names)].toSorted();
}

function lagOf(caches: CacheReport | null, region: string): string {
  const row = caches?.regions.find((one) => one.region === region);
  return millis(row?.layers.find(({ name }) => name === "follower")?.meanAgeMs ?? null);
}

/** How far what is rolled out has come: a region's copy says which revision it had when it last asked. */
function Known({ list, region }: { list: RolloutList; region: string }) {
  const row = list.regions.find((one) => one.region === region);
  if (row === undefined) return <>never asked</>;
  const isCurrent = row.revision === list.revision;
  return (
    <>
      <Badge tone={isCurrent ? "good" : "warn"}>
        {isCurrent ? `revision ${row.revision}` : `revision ${row.revision} of ${list.revision}`}
      </Badge>{" "}
      {span(row.agoMs)} ago
    </>
  );
}

function Coordinator({ list, nowMs }: { list: ShardList; nowMs: number }) {
  const { coordinator, revision } = list;
  return (
    <span class="muted">
      Map {revision},{" "}
      {coordinator === null || coordinator.untilMs < nowMs
        ? "nobody coordinates"
        : `${coordinator.region} coordinates for ${span(coordinator.untilMs - nowMs)} more`}
    </span>
  );
}

function Move({ list, regions }: { list: ShardList; regions: readonly string[] }) {
  const [shard, setShard] = useState("0");
  const [wanted, setWanted] = useState("");
  const row = list.shards.find((one) => String(one.shard) === shard) ?? list.shards[0];
  if (row === undefined) return null;
  const others = regions.filter((name) => name !== row.leader);
  const to = others.includes(wanted) ? wanted : (others[0] ?? row.leader);
  return (
    <div class="filters" role="group" aria-label="Move a shard">
      <label class="field">
        Shard
        <select
          class="select"
          value={String(row.shard)}
          onChange={(event) => setShard(event.currentTarget.value)}
        >
          {list.shards.map((one) => (
            <option key={one.shard} value={String(one.shard)}>
              {one.shard}, led from {one.leader}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        To
        <select
          class="select"
          value={to}
          onChange={(event) => setWanted(event.currentTarget.value)}
        >
          {others.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="act-beside">
        <ActButton
          action={moveAction(row, to)}
          danger
          whyNot={others.length === 0 ? "There is no other region to move it to." : null}
        >
          Move the shard
        </ActButton>
      </span>
    </div>
  );
}
