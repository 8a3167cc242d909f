import { beforeEach, it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { UsedTickets } from "../../durable-objects/used-tickets.ts";
import { sqlStorage } from "../fakes/sql-storage.ts";

const NOW = 1_800_000_000_000;
let sql: ReturnType<typeof sqlStorage>["sql"];
beforeEach(() => {
  sql = sqlStorage().sql;
});
const rows = () => Number([...sql.exec("SELECT count(*) AS n FROM used_tickets")][0]?.["n"]);

it("takes a ticket once while it is good, whatever becomes of memory", ({ expect }) => {
  const used = new UsedTickets(sql, NOW);
  expect(used.use("a", NOW)).toBe(true);
  expect(used.use("b", NOW + 1)).toBe(true);
  expect(used.use("a", NOW + LIMITS.socketTicketMs - 1)).toBe(false);
  const later = new UsedTickets(sql, NOW + LIMITS.socketTicketMs - 1);
  expect(later.use("a", NOW + LIMITS.socketTicketMs - 1)).toBe(false);
  const last = new UsedTickets(sql, NOW + LIMITS.socketTicketMs);
  expect(last.use("b", NOW + LIMITS.socketTicketMs)).toBe(false);
  expect(rows(), "what has expired is gone").toBe(1);
});

it("keeps no more than it may, in memory and out of it", ({ expect }) => {
  const used = new UsedTickets(sql, NOW);
  for (let n = 0; n < 10; n++) used.use(`early ${n}`, NOW);
  for (let n = 0; n < LIMITS.socketTicketsUsedMax; n++)
    used.use(`${n}`, NOW + LIMITS.socketTicketMs - 1);
  expect(used.use("0", NOW + LIMITS.socketTicketMs - 1), "the newest stay").toBe(false);
  const nowMs = NOW + LIMITS.socketTicketMs;
  expect(used.use("late", nowMs)).toBe(true);
  expect(rows()).toBe(LIMITS.socketTicketsUsedMax + 1);
  const woken = new UsedTickets(sql, nowMs);
  expect(rows()).toBe(LIMITS.socketTicketsUsedMax);
  expect(woken.use("late", nowMs)).toBe(false);
});
