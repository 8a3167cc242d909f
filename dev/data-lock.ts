import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { ServerError } from "./server-process.ts";

/**
 * Keeps `folder` for this process: a second product over the same objects would find them locked by the first,
 * one by one and late. The lock is the system's own on an open file, so that a killed process leaves none.
 *
 * @param advice what to do then, a sentence.
 * @returns lets go of it. @throws ServerError when another product runs over it, or nothing can be written there.
 */
export function holdData(folder: string, advice: string): () => void {
  const pidFile = path.join(folder, "lock.pid");
  const database = opened(folder);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    database.close();
    if (!String(error).includes("locked")) throw unusable(folder, error);
    throw new ServerError(`Another product runs over ${folder}${holder(pidFile)}.\n${advice}`);
  }
  return () => database.close();
}

function opened(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    return new DatabaseSync(path.join(folder, "lock.sqlite"));
  } catch (error) {
    throw unusable(folder, error);
  }
}

const unusable = (folder: string, error: unknown): ServerError =>
  new ServerError(
    `No data can be kept in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
  );

function holder(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, "utf8").trim()})`;
  } catch {
    return "";
  }
}
