import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { startMariaDb } from "../../dev/mariadb.ts";
import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from "../../dev/planetscale/server.ts";
import { freePort, type ServerProcess } from "../../dev/server-process.ts";

const ACCOUNT = { user: "edgewise", password: "only-for-tests" };

export interface TestDatabase {
  readonly mariaDb: ServerProcess;
  readonly emulator: Emulator;
  /** Another front of the same server, with bounds of its own. */
  front(bounds: Partial<EmulatorOptions>): Promise<Emulator>;
  /** Starts the server again on the same data, after a kill. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A MariaDB of its own in a temporary folder, behind the protocol emulator. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), "edgewise-mysql-"));
  const options = { folder, port: await freePort(), account: ACCOUNT };
  let mariaDb = await startMariaDb(options);
  const mysql = { port: options.port, ...ACCOUNT };
  const front = (bounds: Partial<EmulatorOptions>) =>
    startEmulator({ mysql, database: ACCOUNT.user, port: 0, ...bounds });
  const emulator = await front({});
  return {
    get mariaDb() {
      return mariaDb;
    },
    emulator,
    front,
    async restart() {
      mariaDb = await startMariaDb(options);
    },
    async stop() {
      await emulator.stop();
      await mariaDb.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
