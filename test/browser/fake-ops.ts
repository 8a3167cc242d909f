import type { LevelList, NewDrain } from "../../core/degradation/controller-service.ts";
import type { Level } from "../../core/degradation/levels.ts";
import type { RolloutList } from "../../core/rollout/rollout.ts";
import type { OpsAnswer, OpsCall } from "./fake-api.ts";
import { alertsOf, historyOf, regionAt, REGIONS, rolloutsOf } from "./fake-ops-state.ts";

/** A token with these roles, as the page reads it; nobody checks its signature here. */
export function fakeToken(roles: readonly string[], sub = "olga", nowMs = Date.now()): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(nowMs / 1_000) + 3_600;
  return `${part({ alg: "HS256" })}.${part({ sub, roles, exp })}.signature`;
}

/** The operators' routes over state in memory. */
export class FakeOps {
  readonly regions = new Map(REGIONS.map((region) => [region, regionAt(region, 0)]));
  /** What sections answer, by name; one that is missing is not in this deployment. */
  readonly sections = new Map<string, unknown>([
    ["rollouts", rolloutsOf()],
    ["alerts", alertsOf(REGIONS)],
  ]);
  /** Sections that cannot be read: answered as recorded so many ms ago. */
  readonly away = new Map<string, number>();
  readonly calls: OpsCall[] = [];
  /** Answers before any other, once. */
  readonly instead: ((call: OpsCall) => OpsAnswer | null)[] = [];
  /** Roles that are let in. */
  roles: readonly string[] = ["operator", "observer"];

  readonly answer = (call: OpsCall): OpsAnswer | null => {
    if (call.route === "/demo/operator") return this.#demo(call);
    if (!call.route.startsWith("/admin/")) return null;
    this.calls.push(call);
    const roles = rolesOf(call.headers.authorization ?? "");
    if (roles === null) return problem(401, "unauthenticated", "The token is not valid.");
    if (!roles.some((role) => this.roles.includes(role)))
      return problem(403, "forbidden", "This needs the role observer or operator.");
    for (const [index, instead] of this.instead.entries()) {
      const answer = instead(call);
      if (answer === null) continue;
      this.instead.splice(index, 1);
      return answer;
    }
    return this.#route(call);
  };

  setLevel(region: string, level: Level): void {
    const before = this.regions.get(region);
    const revision = (before?.published.revision ?? 0) + 1;
    this.regions.set(region, regionAt(region, level, revision, before));
  }

  get levels(): LevelList {
    return { regions: [...this.regions.values()], away: [] };
  }

  #demo({ method, body }: OpsCall): OpsAnswer {
    if (method === "GET") return { status: 200, body: { roles: ["operator", "observer"] } };
    const { role } = JSON.parse(body) as { role: string };
    const token = fakeToken([role], `demo-${role}`);
    return { status: 200, body: { token, expiresAtMs: Date.now() + 3_600_000 } };
  }

  #route(call: OpsCall): OpsAnswer {
    const { method, route, query } = call;
    if (route === "/admin/overview")
      return ok({ nowMs: Date.now(), sections: this.#sections(query.get("sections") ?? "") });
    if (route === "/admin/levels") return ok(this.levels);
    const pinned = /^\/admin\/levels\/([a-z-]+)\/pin$/.exec(route)?.[1];
    if (method === "POST" && pinned !== undefined) return this.#pin(pinned, call);
    const drained = /^\/admin\/levels\/([a-z-]+)\/drain$/.exec(route)?.[1];
    if (method === "POST" && drained !== undefined) return this.#drain(drained, call);
    if (route === "/admin/history") return ok(historyOf(Number(query.get("minutes"))));
    const rollout = /^\/admin\/rollouts\/([a-z0-9-]+)\/actions$/.exec(route)?.[1];
    if (method === "POST" && rollout !== undefined) return this.#act(rollout, call);
    const section = this.sections.get(route.slice("/admin/".length));
    if (method === "GET" && section !== undefined) return ok(section);
    return problem(404, "not_found", "There is no such page.");
  }

  #sections(names: string): unknown[] {
    const all = new Map([["levels", this.levels as unknown], ...this.sections]);
    return names.split(",").map((name) => {
      const value = all.get(name);
      const missing = { code: "not_found", detail: "There is no such section." };
      if (value === undefined)
        return { name, atMs: null, live: false, value: null, error: missing };
      const agoMs = this.away.get(name);
      if (agoMs === undefined) return { name, atMs: Date.now(), live: true, value, error: null };
      const error = {
        code: "unavailable",
        detail: "A part of the service (controller) does not answer; try again shortly.",
      };
      return { name, atMs: Date.now() - agoMs, live: false, value, error };
    });
  }

  #act(id: string, { body }: OpsCall): OpsAnswer {
    const { action } = JSON.parse(body) as { action: string };
    const list = this.sections.get("rollouts") as RolloutList;
    const rollouts = list.rollouts.map((view) =>
      view.id === id && action === "kill"
        ? { ...view, share: 0, revision: view.revision + 1, phase: { at: "killed", atMs: 1 } }
        : view,
    );
    this.sections.set("rollouts", { ...list, rollouts });
    return ok(rollouts.find((view) => view.id === id));
  }

  #drain(region: string, { body }: OpsCall): OpsAnswer {
    const { keep, reason, minutes, revision } = JSON.parse(body) as NewDrain;
    const row = this.regions.get(region);
    if (row === undefined) return problem(404, "not_found", "There is no such region.");
    if (revision !== row.published.revision)
      return problem(409, "conflict", "Something has changed since.");
    const untilMs = Date.now() + minutes * 60_000;
    const drain = { keep, from: 1, sinceMs: Date.now(), untilMs, reason, by: "olga" };
    const published = { ...row.published, revision: revision + 1, drain };
    this.regions.set(region, { ...row, published });
    return ok(published);
  }

  #pin(region: string, { body }: OpsCall): OpsAnswer {
    const wanted = JSON.parse(body) as {
      level: Level | null;
      reason: string;
      minutes: number;
      revision: number;
    };
    const row = this.regions.get(region);
    if (row === undefined) return problem(404, "not_found", "There is no such region.");
    if (wanted.revision !== row.published.revision)
      return problem(409, "conflict", "Something has changed since.");
    this.setLevel(region, wanted.level ?? 0);
    const next = this.regions.get(region) ?? row;
    const pin =
      wanted.level === null
        ? null
        : {
            level: wanted.level,
            reason: wanted.reason,
            by: "olga",
            untilMs: Date.now() + wanted.minutes * 60_000,
          };
    this.regions.set(region, { ...next, published: { ...next.published, pin } });
    return ok(this.regions.get(region)?.published);
  }
}

const ok = (body: unknown): OpsAnswer => ({ status: 200, body });
export const problem = (
  status: number,
  code: string,
  detail: string,
  field?: string,
): OpsAnswer => ({ status, body: { status, code, detail, ...(field !== undefined && { field }) } });

function rolesOf(authorization: string): readonly string[] | null {
  try {
    const claims = JSON.parse(
      Buffer.from(authorization.split(".")[1] ?? "", "base64url").toString("utf8"),
    ) as { roles?: readonly string[] };
    return claims.roles ?? [];
  } catch {
    return null;
  }
}
