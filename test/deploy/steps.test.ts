import { it } from "vitest";

import { deployAll, type DeployRequest, type DeployTools } from "../../deploy/steps.ts";
import { WORKERS } from "../../deploy/workers.ts";

const everything: DeployRequest = {
  environment: "staging",
  dryRun: false,
  only: WORKERS.map((worker) => worker.id),
  databaseUrl: undefined,
};
const SECRETS = `[{ "name": "SIGNING_SECRET" }, { "name": "AUTH_SECRET" }]`;

/** Commands that ran, and what was said; `fails` picks the commands that go wrong. */
function watched(fails: RegExp = /^$/, secrets = SECRETS) {
  const ran: string[] = [];
  const said: string[] = [];
  const vars: Record<string, unknown> = {};
  const tools: DeployTools = {
    run: async (command, args) => {
      const line = [command, ...args].join(" ");
      ran.push(line);
      const output = line.includes("secret list") ? secrets : `output of ${line}`;
      return { code: fails.test(line) ? 1 : 0, output };
    },
    buildWeb: async () => void ran.push("build web"),
    varsOf: () => vars,
    say: (line) => void said.push(line),
  };
  const uploads = () => ran.filter((line) => line.startsWith("wrangler deploy"));
  return { tools, ran, said, vars, uploads };
}

it("uploads in dependency order, the web app just before the gateway", async ({ expect }) => {
  const { tools, ran } = watched();
  expect(await deployAll(everything, tools)).toBe(true);
  expect(ran.filter((line) => !line.includes("secret list"))).toEqual([
    "wrangler deploy -c durable-objects/wrangler.toml --env staging",
    "wrangler deploy -c workers/ranking-proxy/wrangler.toml --env staging",
    "wrangler deploy -c workers/feed/wrangler.toml --env staging",
    "build web",
    "wrangler deploy -c wrangler.toml --env staging",
  ]);
});

it("stops at the first failure and says what is deployed and what is not", async ({ expect }) => {
  const { tools, said, uploads } = watched(/deploy -c workers\/feed/);
  expect(await deployAll(everything, tools)).toBe(false);
  expect(uploads()).toHaveLength(3);
  const text = said.join("\n");
  expect(text).toContain("output of wrangler deploy -c workers/feed");
  expect(text).toMatch(/^ {2}deployed: +edgewise-objects, edgewise-ranking-proxy$/m);
  expect(text).toMatch(/^ {2}not deployed: edgewise-feed, edgewise-gateway$/m);
  expect(text).toContain("--env staging --only feed,gateway");
});

it("touches nothing while a secret is missing, and says how to set it", async ({ expect }) => {
  const { tools, said, uploads } = watched(/^$/, `[{ "name": "SIGNING_SECRET" }]`);
  expect(await deployAll(everything, tools)).toBe(false);
  expect(uploads()).toEqual([]);
  expect(said.join("\n")).toContain(
    "wrangler secret put AUTH_SECRET -c wrangler.toml --env staging",
  );
  expect(said.join("\n")).not.toContain("put SIGNING_SECRET");
});

it("takes a Worker whose secrets cannot be listed as one without any", async ({ expect }) => {
  const { tools, said, uploads } = watched(/secret list/);
  expect(await deployAll(everything, tools)).toBe(false);
  expect(uploads()).toEqual([]);
  expect(said.join("\n")).toContain("put SIGNING_SECRET");
});

it("does not ask for AUTH_SECRET where an issuer's keys are trusted", async ({ expect }) => {
  const { tools, vars } = watched(/^$/, `[{ "name": "SIGNING_SECRET" }]`);
  vars["AUTH_JWKS_URL"] = "https://issuer.example/keys";
  expect(await deployAll(everything, tools)).toBe(true);
});

it("migrates the database before any Worker, and stops if that fails", async ({ expect }) => {
  const hosted = { ...everything, databaseUrl: "mysql://somewhere" };
  const fine = watched();
  expect(await deployAll(hosted, fine.tools)).toBe(true);
  const commands = fine.ran.filter((line) => !line.includes("secret list"));
  expect(commands[0]).toMatch(/^drizzle-kit migrate/);

  const broken = watched(/drizzle-kit/);
  expect(await deployAll(hosted, broken.tools)).toBe(false);
  expect(broken.uploads()).toEqual([]);
});

it("uploads nothing on a dry run, and only what was asked for", async ({ expect }) => {
  const { tools, ran } = watched();
  expect(await deployAll({ ...everything, dryRun: true, only: ["feed"] }, tools)).toBe(true);
  expect(ran).toEqual(["wrangler deploy -c workers/feed/wrangler.toml --env staging --dry-run"]);
});
