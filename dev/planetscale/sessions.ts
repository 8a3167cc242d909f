import { randomUUID } from "node:crypto";

import { type Connection, createConnection } from "mysql2/promise";

import { ServiceError } from "./errors.ts";

export interface SessionOptions {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** A session that was idle this long is closed, its transaction rolled back. */
  readonly idleMs: number;
  /** The service kills a transaction that is older. */
  readonly transactionMs: number;
  /** Connections kept; beyond it, idle sessions without a transaction give theirs up. */
  readonly connectionsMax: number;
}

/** What the client echoes with its next statement. */
export interface WireSession {
  readonly signature: string;
  readonly vitessSession: {
    readonly autocommit: boolean;
    readonly inTransaction?: boolean;
    readonly foundRows?: string;
    readonly rowCount?: string;
    readonly SessionUUID: string;
    readonly enableSystemSettings: boolean;
  };
}

export interface Session {
  readonly id: string;
  readonly connection: Connection;
  inTransaction: boolean;
}

interface Entry extends Session {
  isBusy: boolean;
  sinceMs: number;
  transactionSinceMs: number;
}

/** One MySQL connection per session, as the service's edge keeps them. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: SessionOptions) {
    this.#options = options;
    const everyMs = Math.max(10, Math.min(options.idleMs, options.transactionMs) / 4);
    this.#timer = setInterval(() => this.#sweep(), everyMs);
    this.#timer.unref();
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Runs `work` on the session's connection, alone.
   * @throws ServiceError when the session is busy, or its transaction is gone.
   */
  async use<T>(echo: WireSession | null, work: (session: Session) => Promise<T>): Promise<T> {
    const entry = await this.#entry(echo);
    entry.isBusy = true;
    const wasInTransaction = entry.inTransaction;
    try {
      return await work(entry);
    } catch (error) {
      if (isConnectionLoss(error)) this.#close(entry);
      throw error;
    } finally {
      entry.isBusy = false;
      entry.sinceMs = Date.now();
      if (entry.inTransaction && !wasInTransaction) entry.transactionSinceMs = entry.sinceMs;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const entry of this.#entries.values()) this.#close(entry);
  }

  async #entry(echo: WireSession | null): Promise<Entry> {
    const id = echo?.vitessSession?.SessionUUID ?? randomUUID();
    const known = this.#entries.get(id);
    if (known?.isBusy) throw new ServiceError("PERMISSION_DENIED", "session already in use");
    if (known !== undefined) return known;
    if (echo?.vitessSession.inTransaction === true)
      throw new ServiceError(
        "ABORTED",
        `transaction of session ${id} ended: it was idle or too old`,
      );

    const connection = (await this.#takeOver()) ?? (await this.#connect());
    // A second statement of the same session may have been quicker.
    if (this.#entries.has(id)) {
      connection.destroy();
      throw new ServiceError("PERMISSION_DENIED", "session already in use");
    }
    const now = Date.now();
    const entry: Entry = {
      id,
      connection,
      inTransaction: false,
      isBusy: false,
      sinceMs: now,
      transactionSinceMs: now,
    };
    this.#entries.set(id, entry);
    connection.removeAllListeners("error");
    connection.on("error", () => this.#close(entry));
    return entry;
  }

  async #connect(): Promise<Connection> {
    const { port, user, password, database } = this.#options;
    try {
      return await createConnection({
        host: "127.0.0.1",
        port,
        user,
        password,
        database,
        charset: "utf8mb4_bin",
        supportBigNumbers: true,
        bigNumberStrings: true,
        dateStrings: true,
        multipleStatements: false,
        flags: ["FOUND_ROWS"],
      });
    } catch (error) {
      throw new ServiceError("UNAVAILABLE", `no connection: ${(error as Error).message}`);
    }
  }

  /** Sessions of single statements never come back: the longest idle one hands its connection on. */
  async #takeOver(): Promise<Connection | null> {
    if (this.#entries.size < this.#options.connectionsMax) return null;
    const idle = [...this.#entries.values()].filter(
      (entry) => !entry.isBusy && !entry.inTransaction,
    );
    const oldest = idle.toSorted((a, b) => a.sinceMs - b.sinceMs)[0];
    if (oldest === undefined)
      throw new ServiceError("RESOURCE_EXHAUSTED", "too many connections in use");
    this.#entries.delete(oldest.id);
    try {
      await oldest.connection.reset();
      return oldest.connection;
    } catch {
      // It died meanwhile, with its server or alone: a new one says which.
      oldest.connection.destroy();
      return null;
    }
  }

  #sweep(): void {
    const nowMs = Date.now();
    const { idleMs, transactionMs } = this.#options;
    for (const entry of this.#entries.values()) {
      const isIdle = !entry.isBusy && nowMs - entry.sinceMs >= idleMs;
      const isTooOld = entry.inTransaction && nowMs - entry.transactionSinceMs >= transactionMs;
      if (isIdle || isTooOld) this.#close(entry);
    }
  }

  /** MySQL rolls back what the connection had open. */
  #close(entry: Entry): void {
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
    entry.connection.destroy();
  }
}

export function wireSession(session: Session, foundRows: number, rowCount: string): WireSession {
  return {
    signature: "emulator",
    vitessSession: {
      autocommit: true,
      ...(session.inTransaction ? { inTransaction: true } : {}),
      foundRows: String(foundRows),
      rowCount,
      SessionUUID: session.id,
      enableSystemSettings: true,
    },
  };
}

const isConnectionLoss = (error: unknown): boolean =>
  (error as { fatal?: boolean }).fatal === true ||
  (error as { sqlState?: string }).sqlState === undefined;
