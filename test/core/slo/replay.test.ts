import { readFileSync } from "node:fs";

import { it } from "vitest";

import { type AlertStates, lookAtAlerts } from "../../../core/slo/alerts.ts";
import { budgetLeft } from "../../../core/slo/burn.ts";
import { viewOf } from "../../fakes/alert-world.ts";
import { EventMinutes } from "../../fakes/event-minutes.ts";

const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const READS = 1_000;

/** Minutes since the beginning, reads a minute, and the share of them that fails. */
const STORY: readonly { minutes: number; reads: number; share: number; what: string }[] = [
  { minutes: DAY + 10 * HOUR, reads: READS, share: 0.0002, what: "a healthy day and a morning" },
  { minutes: 20, reads: READS, share: 0.05, what: "20 minutes in which 5 % fail" },
  { minutes: 14 * HOUR - 20, reads: READS, share: 0.0002, what: "the rest of that day" },
  { minutes: 2 * DAY, reads: READS, share: 0.003, what: "two days in which 0.3 % fail" },
  { minutes: DAY, reads: READS, share: 0.0002, what: "a healthy day" },
  { minutes: 8 * HOUR, reads: 0, share: 0, what: "an empty night" },
];
/** In that night one visitor an hour comes, and meets a failure. */
const VISITOR_EVERY = HOUR;

const clockOf = (minute: number): string => {
  const [day, rest] = [Math.floor(minute / DAY) + 1, minute % DAY];
  const pad = (number: number) => String(number).padStart(2, "0");
  return `day ${day}, ${pad(Math.floor(rest / HOUR))}:${pad(rest % HOUR)}`;
};

/** What becomes of read availability, as rows of a table in Markdown. */
function replay(): string[] {
  const events = new EventMinutes();
  const rows = ["| when | what | budget left |", "| --- | --- | --- |"];
  let states: AlertStates = {};
  let [minute, owed] = [0, 0];
  const row = (what: string) => {
    const left = budgetLeft(events.windows()["30d"], 0.001) ?? 1;
    rows.push(`| ${clockOf(minute)} | ${what} | ${Math.round(100 * left)} % |`);
  };
  for (const { minutes, reads, share, what } of STORY) {
    row(what);
    for (let passed = 1; passed <= minutes; passed++) {
      owed += reads * share;
      const visitors = reads === 0 && passed % VISITOR_EVERY === 0 ? 1 : 0;
      const bad = Math.floor(owed);
      owed -= bad;
      events.add({ total: reads + visitors, bad: bad + visitors });
      minute++;
      const view = viewOf({ "read-availability": events.windows() });
      const { next, transitions } = lookAtAlerts(states, view, minute * MINUTE_MS);
      states = next;
      for (const { alert, event, state } of transitions)
        if (event !== "repeat")
          row(
            event === "firing" ? `**${alert.id} fires**: ${state.why}` : `**${alert.id} resolved**`,
          );
    }
  }
  row("the end");
  return rows;
}

it("tells of an outage, a slow burn and an empty night what docs/slo.md says", ({ expect }) => {
  const table = replay();
  const alerts = table.filter((row) => row.includes("**"));
  expect(alerts.filter((row) => row.includes("-page fires"))).toHaveLength(1);
  expect(alerts.filter((row) => row.includes("-ticket fires"))).toHaveLength(1);
  expect(readFileSync("docs/slo.md", "utf8")).toContain(table.join("\n"));
});
