import { existsSync, readdirSync, readFileSync } from "node:fs";

import { describe, it } from "vitest";

import { ALERTS } from "../core/slo/alerts.ts";
import { OPERATIONS } from "../workers/gateway/operations.ts";

const FOLDER = "docs/runbooks";
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));
const procedures = readdirSync(`${FOLDER}/procedures`).map((name) => `procedures/${name}`);
const read = (name: string) => readFileSync(`${FOLDER}/${name}`, "utf8");

const PARTS = ["What it means", "How to see", "What to do", "What not to do", "How it ends"];

it("exist for every alert, and for nothing else", ({ expect }) => {
  const wanted = new Set(ALERTS.map(({ runbook }) => runbook));
  expect(files.map((name) => `${FOLDER}/${name}`).toSorted()).toEqual([...wanted].toSorted());
});

describe.for(files)("%s", (name) => {
  it("names its alerts and has all its parts", ({ expect }) => {
    const text = read(name);
    const [title = ""] = text.split("\n");
    const own = ALERTS.filter(({ runbook }) => runbook === `${FOLDER}/${name}`);
    for (const { id } of own) expect(title).toContain(`\`${id}\``);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual(PARTS);
  });
});

describe.for([...files, ...procedures])("%s", (name) => {
  it("links to what exists", ({ expect }) => {
    const folder = name.startsWith("procedures/") ? `${FOLDER}/procedures` : FOLDER;
    const links = [...read(name).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, link = ""]) => link,
    );
    expect(links.filter((link) => !existsSync(`${folder}/${link}`))).toEqual([]);
  });

  it("asks only what the product answers", ({ expect }) => {
    const asked = [...read(name).matchAll(/api '?(\/v1\/[a-zA-Z/-]+)/g)].map(
      ([, path = ""]) => path,
    );
    const known = OPERATIONS.map(
      ({ path }) => new RegExp(`^${path.replaceAll(/\{[a-z]+\}/g, "[a-zA-Z0-9-]+")}$`),
    );
    expect(asked.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
  });
});
