import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, it } from "vitest";

/**
 * Each unit and what it may import besides itself: the architecture, in one table. Contracts
 * between units that run apart are interfaces in core, so nobody imports a Worker or an object.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  platform: ["core"],
  db: ["core"],
  "durable-objects": ["core", "platform", "db"],
  "workers/gateway": ["core", "platform"],
  "workers/feed": ["core", "platform", "db"],
  "workers/ranking-proxy": ["core", "platform"],
  "gpu-ranker": ["core"],
  client: ["core"],
  web: ["core", "client"],
  deploy: [],
  // Histories run beside the product, in its runtime, and are judged by the simulator's checkers.
  dev: ["core", "client", "deploy", "platform", "db", "sim", "gpu-ranker"],
  bench: ["core", "platform", "client", "dev", "deploy", "gpu-ranker"],
  sim: ["core"],
};

/** Files that a page of the design, or the house style, bounds. */
const LINES_MAX = 300;
const LINES_MEDIAN_MAX = 120;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;
/** Time, chance or I/O: core is given them. A name in a comment or a string is not a use. */
const IMPURE =
  /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.|crypto\.|setTimeout|setInterval|queueMicrotask|(?<!\.)fetch\(|process\.|console\.|globalThis|WebSocket\(|caches\.)/;
/** A Worker's entry may be called index.ts; anything else of that name would be a barrel. */
const ENTRIES = [
  "workers/gateway/index.ts",
  "workers/feed/index.ts",
  "workers/ranking-proxy/index.ts",
  "durable-objects/index.ts",
];

const units = Object.keys(MAY_IMPORT);
const unitOf = (file: string) => units.find((unit) => file.startsWith(`${unit}/`));
const read = (file: string) => readFileSync(file, "utf8");
const lines = (file: string) => read(file).trimEnd().split("\n").length;
const importsOf = (source: string) =>
  [...source.matchAll(IMPORT)].map(([, specifier = ""]) => specifier);
const targetOf = (file: string, specifier: string) =>
  path.posix.join(path.posix.dirname(file), specifier);

/** Tracked and new files alike, so that a mistake shows before it is committed. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const code = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
const sources = code.filter((file) => unitOf(file) !== undefined);
const texts = files.filter(
  (file) =>
    /\.(?:tsx?|json|md|toml|css|html|sh|sql|svg|webmanifest)$|^\.ci\//.test(file) &&
    file !== "package-lock.json",
);

describe("direction", () => {
  it.for(sources)("%s imports only what its unit may", (file, { expect }) => {
    const unit = unitOf(file) ?? "";
    const allowed = [unit, ...(MAY_IMPORT[unit] ?? [])];
    for (const specifier of importsOf(read(file)).filter((name) => name.startsWith("."))) {
      const target = targetOf(file, specifier);
      expect(allowed, `imports ${target}`).toContain(unitOf(target));
      expect(ENTRIES, "a Worker's entry").not.toContain(target);
    }
  });
});

describe("core", () => {
  const core = sources.filter((file) => file.startsWith("core/"));

  it.for(core)("%s reads no clock, chance or I/O", (file, { expect }) => {
    expect(withoutComments(read(file))).not.toMatch(IMPURE);
  });

  it.for(core)("%s uses no package but zod", (file, { expect }) => {
    const packages = importsOf(read(file)).filter((name) => !name.startsWith("."));
    expect(packages.filter((name) => name !== "zod")).toEqual([]);
  });
});

describe("files", () => {
  it.for(code)("%s is short", (file, { expect }) => {
    expect(lines(file)).toBeLessThanOrEqual(LINES_MAX);
  });

  it("are short on the whole", ({ expect }) => {
    const sizes = sources.map(lines).toSorted((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(LINES_MEDIAN_MAX);
  });

  it("have names in kebab-case", ({ expect }) => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)*\.tsx?$/;
    expect(code.filter((file) => !kebab.test(path.basename(file)))).toEqual([]);
  });

  it("are no barrels", ({ expect }) => {
    const named = code.filter((file) => /^index\.tsx?$/.test(path.basename(file)));
    expect(named.filter((file) => !ENTRIES.includes(file))).toEqual([]);
    const forwards = sources.filter((file) => /^export \* from/m.test(read(file)));
    expect(forwards).toEqual([]);
  });

  it("are in folders named for what they are about", ({ expect }) => {
    const vague = /(?:^|\/)(?:utils?|common|shared|helpers?|misc|lib)\//;
    expect(files.filter((file) => vague.test(file))).toEqual([]);
  });

  it("import with the extension", ({ expect }) => {
    const bare = sources.flatMap((file) =>
      importsOf(read(file))
        .filter((name) => name.startsWith(".") && !/\.[a-z]+$/.test(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(bare).toEqual([]);
  });
});

describe("text", () => {
  // Spelled in halves: this file must not find itself.
  const forbidden: Record<string, RegExp> = {
    "a path of one machine": new RegExp(
      `["'\`\\s(](?:/wo${"rk"}/|/ro${"ot"}/|/ho${"me"}/|/Use${"rs"}/)`,
    ),
    "unfinished work": new RegExp(`\\b(?:TO${"DO"}|FIX${"ME"}|XX${"X"})\\b`),
    "a test that does not count": new RegExp(
      `\\b(?:it|test|describe)\\.(?:sk${"ip"}|on${"ly"}|to${"do"}|fai${"ls"})\\b`,
    ),
    "a check turned off without a reason": new RegExp(
      `(?:oxlint|eslint)-dis${"able"}(?!.* -- \\S)|@ts-(?:ig${"nore"}|noch${"eck"})|@ts-expect-er${"ror"}\\s*(?:\\*/|$)`,
      "m",
    ),
  };

  it.for(Object.entries(forbidden))("has no %s", ([, pattern], { expect }) => {
    expect(texts.filter((file) => pattern.test(read(file)))).toEqual([]);
  });
});

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}
