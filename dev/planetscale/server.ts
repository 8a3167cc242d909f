import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { FieldPacket, ResultSetHeader } from "mysql2/promise";

import { ServiceError, wireError } from "./errors.ts";
import { wireField, wireRow } from "./fields.ts";
import { type Session, Sessions, type WireSession, wireSession } from "./sessions.ts";
import { inspect, type Statement } from "./statements.ts";

/** Planetscale.com/docs/reference/planetscale-system-limits: rows one query may return. */
const ROWS_MAX = 100_000;
const IDLE_MS = 10_000;
const TRANSACTION_MS = 20_000;
/** Each holds memory in the server; single statements share what is idle. */
const CONNECTIONS_MAX = 200;
/** Vitess's default for one message. */
const BODY_BYTES_MAX = 16_777_216;

export interface EmulatorOptions {
  /** Of the MariaDB behind it; the account is also what clients sign in with. */
  readonly mysql: { readonly port: number; readonly user: string; readonly password: string };
  readonly database: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly rowsMax?: number;
  readonly idleMs?: number;
  readonly transactionMs?: number;
  readonly connectionsMax?: number;
}

export interface Emulator {
  /** For `@planetscale/database`: scheme, account, host. */
  readonly url: string;
  readonly sessions: number;
  stop(): Promise<void>;
}

/** Speaks PlanetScale's HTTP protocol on 127.0.0.1, over a real MariaDB or MySQL. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { user, password } = options.mysql;
  const sessions = new Sessions({
    ...options.mysql,
    database: options.database,
    idleMs: options.idleMs ?? IDLE_MS,
    transactionMs: options.transactionMs ?? TRANSACTION_MS,
    connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
  });
  const rowsMax = options.rowsMax ?? ROWS_MAX;
  const authorization = `Basic ${btoa(`${user}:${password}`)}`;
  const server = createServer((request, response) => {
    void answer(request, authorization, sessions, rowsMax)
      .catch((error: unknown): Reply => [
        500,
        { error: { code: "INTERNAL", message: String(error) } },
      ])
      .then((reply) => send(response, reply));
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${user}:${password}@127.0.0.1:${port}`,
    get sessions() {
      return sessions.size;
    },
    async stop() {
      server.closeAllConnections();
      const closed = once(server, "close");
      server.close();
      await closed;
      await sessions.close();
    },
  };
}

type Reply = readonly [status: number, body: unknown];

function send(response: ServerResponse, [status, body]: Reply): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const refuse = (status: number, code: string, message: string): Reply => [
  status,
  { error: { code, message } },
];

async function answer(
  request: IncomingMessage,
  authorization: string,
  sessions: Sessions,
  rowsMax: number,
): Promise<Reply> {
  if (request.method !== "POST") return refuse(405, "unimplemented", "POST only");
  if (request.headers.authorization !== authorization)
    return refuse(401, "unauthenticated", "invalid username or password");
  const body = await readJson(request);
  if (body === null) return refuse(400, "invalid_argument", "the body must be a JSON object");
  switch (request.url) {
    case "/psdb.v1alpha1.Database/CreateSession":
      return guarded(() =>
        sessions.use(null, async (session) => ({ session: wireSession(session, 0, "0") })),
      );
    case "/psdb.v1alpha1.Database/Execute":
      return guarded(() => execute(sessions, body, rowsMax), body.session ?? null);
    default:
      return refuse(404, "not_found", "no such method");
  }
}

/** What SQL can cause is answered with HTTP 200 and an `error`, the session echoed. */
async function guarded(work: () => Promise<unknown>, session: unknown = null): Promise<Reply> {
  try {
    return [200, await work()];
  } catch (error) {
    return [200, { session, error: wireError(error), timing: 0 }];
  }
}

interface ExecuteBody {
  readonly query?: unknown;
  readonly session?: WireSession | null;
}

async function execute(sessions: Sessions, body: ExecuteBody, rowsMax: number): Promise<unknown> {
  const { query } = body;
  if (typeof query !== "string") throw new ServiceError("INVALID_ARGUMENT", "query is missing");
  const statement = inspect(query);
  const startedMs = performance.now();
  return sessions.use(body.session ?? null, async (session) => {
    try {
      const { result, foundRows, rowCount } = await run(session, query, statement, rowsMax);
      const timing = (performance.now() - startedMs) / 1_000;
      return { session: wireSession(session, foundRows, rowCount), result, timing };
    } catch (error) {
      if (lostConnection(error)) throw error;
      // The session lives on, in its transaction if it was in one: the client may roll back.
      return { session: wireSession(session, 0, "0"), error: wireError(error), timing: 0 };
    }
  });
}

const lostConnection = (error: unknown): boolean =>
  !(error instanceof ServiceError) && (error as { sqlState?: string }).sqlState === undefined;

async function run(session: Session, query: string, statement: Statement, rowsMax: number) {
  if (statement.kind === "ignored") return { result: {}, foundRows: 0, rowCount: "0" };
  const [answered, fields] = await session.connection.query({
    sql: query,
    rowsAsArray: true,
    typeCast: false,
  });
  if (statement.kind === "begin") session.inTransaction = true;
  if (statement.kind === "end") session.inTransaction = false;
  if (fields === undefined) return changed(answered as ResultSetHeader);
  return selected(answered as unknown as (Buffer | null)[][], fields, rowsMax);
}

function changed({ affectedRows, insertId }: ResultSetHeader) {
  const rowCount = String(affectedRows);
  const result = {
    ...(rowCount === "0" ? {} : { rowsAffected: rowCount }),
    ...(String(insertId) === "0" ? {} : { insertId: String(insertId) }),
  };
  return { result, foundRows: 0, rowCount };
}

function selected(rows: readonly (Buffer | null)[][], fields: FieldPacket[], rowsMax: number) {
  if (rows.length > rowsMax) throw new ServiceError("ABORTED", `Row count exceeded ${rowsMax}`);
  const result = { fields: fields.map(wireField), rows: rows.map(wireRow) };
  return { result, foundRows: rows.length, rowCount: "-1" };
}

/** @returns null when the body is no JSON object, or too large. */
async function readJson(request: IncomingMessage): Promise<ExecuteBody | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer);
  }
  if (bytes > BODY_BYTES_MAX) return null;
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
    return typeof body === "object" && body !== null ? (body as ExecuteBody) : null;
  } catch {
    return null;
  }
}
