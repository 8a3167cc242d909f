import { readFileSync } from "node:fs";
import path from "node:path";

import { it } from "vitest";

import { ROOT } from "../../deploy/workers.ts";

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};

/** Where npm looks for `name` from the package at `at`: beside it, then ever further up. */
function isLocked(at: string, name: string): boolean {
  if (Object.hasOwn(packages, `${at === "" ? "" : `${at}/`}node_modules/${name}`)) return true;
  return at !== "" && isLocked(at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/"))), name);
}

// `npm ci` refuses a lock file without them, and a registry that lags behind on rare platforms
// makes `npm install` leave them out without a word.
it("names the native packages of every platform", ({ expect }) => {
  const missing = Object.entries(packages).flatMap(([at, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(at, name))
      .map((name) => `${name} of ${at}`),
  );
  expect(missing).toEqual([]);
});

it("names no registry, so that it installs from whichever one is configured", ({ expect }) => {
  const bound = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
  expect(bound.map(([at]) => at)).toEqual([]);
});
