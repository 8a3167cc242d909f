import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { it, onTestFinished } from "vitest";

import { readLocalSecrets } from "../../dev/secrets.ts";

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "edgewise-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it("makes secrets once per folder, long enough for HS256", ({ expect }) => {
  const folder = newFolder();
  const first = readLocalSecrets(folder);
  expect(readLocalSecrets(folder)).toEqual(first);
  expect(readLocalSecrets(newFolder())).not.toEqual(first);
  expect(first.authSecret.length).toBeGreaterThanOrEqual(32);
  expect(first.signingSecret).not.toBe(first.authSecret);
});

it("keeps them from other users of the machine", ({ expect }) => {
  const folder = newFolder();
  readLocalSecrets(folder);
  expect(statSync(path.join(folder, "secrets.json")).mode & 0o077).toBe(0);
});

it("does not replace a damaged file, which would sign everyone out unasked", ({ expect }) => {
  const folder = newFolder();
  writeFileSync(path.join(folder, "secrets.json"), `{ "authSecret": "x" }`);
  expect(() => readLocalSecrets(folder)).toThrow(/secrets\.json is damaged/);
});
