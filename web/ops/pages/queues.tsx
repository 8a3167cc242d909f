import type { DeadLetterList, FanoutReport } from "../../../core/feed/fanout/admin.ts";
import { useStore } from "../../app/state/store.ts";
import { useSection } from "../data/sections.ts";
import { useTrail } from "../data/use-trail.ts";
import { ago, count, millis, span } from "../format.ts";
import { depthOf, type Depth, replayAction } from "../queues.ts";
import { clockStore } from "../state/clock.ts";
import { ActButton } from "../ui/act-button.tsx";
import { AwayNote } from "../ui/away-note.tsx";
import { Badge } from "../ui/badge.tsx";
import { Plot } from "../ui/plot.tsx";
import { SectionCard } from "../ui/section.tsx";
import { Table } from "../ui/table.tsx";

export function QueuesPage() {
  const fanout = useSection<FanoutReport>("fanout");
  const depth = fanout.value === null ? null : depthOf(fanout.value);
  const trail = useTrail("fanout", fanout.atMs, [
    depth === null ? null : depth.events + depth.waiting,
    depth?.outstanding ?? null,
  ]);
  const [waiting = [], outstanding = []] = trail.values;
  return (
    <>
      <SectionCard title="Fan-out" known={fanout} bare>
        {(report) => (
          <>
            <Tiles depth={depthOf(report)} />
            <Plot
              title="Depth since this page was opened"
              atMs={trail.atMs}
              format={count}
              atLeast={10}
              lines={[
                { name: "waiting", values: waiting, colour: 1 },
                { name: "on their way", values: outstanding, colour: 2 },
              ]}
            />
            <Shards report={report} />
          </>
        )}
      </SectionCard>
      <DeadLetters />
    </>
  );
}

function Tiles({ depth }: { depth: Depth }) {
  const { events, waiting, outstanding, dead, oldestMs } = depth;
  const tiles = [
    ["Not planned yet", count(events), "events"],
    ["Waiting", count(waiting), "chunks"],
    ["On their way", count(outstanding), "chunks"],
    ["Oldest", oldestMs === null ? "–" : span(oldestMs), "whose work is not done"],
    ["Put aside", count(dead), "after too many tries"],
  ] as const;
  return (
    <div class="tiles">
      {tiles.map(([name, value, note]) => (
        <div key={name} class="tile">
          <span class="tile-name">{name}</span>
          <span class="tile-value">{value}</span>
          <span class="tile-note">{note}</span>
        </div>
      ))}
    </div>
  );
}

function Shards({ report }: { report: FanoutReport }) {
  const away = report.shards.flatMap(({ shard, failure }) =>
    failure === null ? [] : [`shard ${shard} (${failure})`],
  );
  return (
    <section class="card" aria-label="Shards">
      <h2>Shards</h2>
      <AwayNote parts={away} />
      <Table
        caption="Fan-out by shard"
        rows={report.shards.filter(({ failure }) => failure === null)}
        keyOf={({ shard }) => shard}
        empty="No shard has answered."
        columns={[
          { head: "Shard", isNumber: true, render: ({ shard }) => shard },
          { head: "Log read to", render: ({ position }) => position ?? "–" },
          { head: "Events", isNumber: true, render: ({ events }) => count(events) },
          { head: "Waiting", isNumber: true, render: ({ waiting }) => count(waiting) },
          { head: "On their way", isNumber: true, render: ({ outstanding }) => count(outstanding) },
          {
            head: "Put aside",
            isNumber: true,
            render: ({ dead }) => (dead === 0 ? 0 : <Badge tone="bad">{count(dead)}</Badge>),
          },
          {
            head: "Oldest",
            isNumber: true,
            render: ({ oldestMs }) => (oldestMs === null ? "–" : span(oldestMs)),
          },
          {
            head: "Visible p50",
            isNumber: true,
            render: ({ visibleP50Ms }) => millis(visibleP50Ms),
          },
          { head: "p99", isNumber: true, render: ({ visibleP99Ms }) => millis(visibleP99Ms) },
        ]}
      />
    </section>
  );
}

function DeadLetters() {
  const letters = useSection<DeadLetterList>("dead-letters");
  const nowMs = useStore(clockStore);
  const items = letters.value?.items ?? [];
  return (
    <SectionCard
      title="Dead letters"
      known={letters}
      actions={
        <ActButton
          action={replayAction(null, items.length)}
          danger
          whyNot={items.length === 0 ? "There are none." : null}
        >
          Send all again
        </ActButton>
      }
    >
      {(list) => (
        <>
          <AwayNote parts={list.away.map(({ shard, why }) => `shard ${shard} (${why})`)} />
          <Table
            caption="Dead letters, the oldest first"
            rows={list.items}
            keyOf={({ shard, chunk }) => `${shard} ${chunk}`}
            empty="Nothing was put aside."
            columns={[
              { head: "Shard", isNumber: true, render: ({ shard }) => shard },
              { head: "Chunk", isNumber: true, render: ({ chunk }) => chunk },
              { head: "Post", render: ({ post }) => post ?? "–" },
              { head: "Tries", isNumber: true, render: ({ tries }) => tries },
              { head: "Written", render: ({ sinceMs }) => ago(sinceMs, nowMs) },
              { head: "Last error", render: ({ lastError }) => lastError },
              {
                head: "Again",
                render: (letter) => (
                  <ActButton
                    action={replayAction(letter, list.items.length)}
                    of={`chunk ${letter.chunk} of shard ${letter.shard}`}
                  >
                    Send again
                  </ActButton>
                ),
              },
            ]}
          />
        </>
      )}
    </SectionCard>
  );
}
