import { Client, DatabaseError } from "@planetscale/database";
import { afterAll, beforeAll, describe, it } from "vitest";

import type { Emulator } from "../../dev/planetscale/server.ts";
import { startTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await startTestDatabase();
  client = new Client({ url: database.emulator.url });
  await client.execute(`CREATE TABLE things (
    id BIGINT UNSIGNED PRIMARY KEY, small SMALLINT, text TEXT, doc JSON, raw VARBINARY(16),
    price DECIMAL(10,2), seen DATETIME(3), ratio DOUBLE, word VARCHAR(20))`);
}, 120_000);

afterAll(() => database.stop());

/** What the client throws for an `error` in the answer. */
async function failure(work: Promise<unknown>): Promise<DatabaseError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("values", () => {
  it("carries every kind of cell", async ({ expect }) => {
    const id = 2n ** 64n - 1n;
    const raw = new Uint8Array([0, 39, 92, 255, 10]);
    const text = `it's 🐋 "quoted" \\ back\nline ?`;
    const written = await client.execute(
      `INSERT INTO things VALUES (?, -7, ?, ?, ?, 12.5, '2026-11-23 10:11:12.123', 0.25, 'w')`,
      [id, text, JSON.stringify({ a: [1, "ü"] }), raw],
    );
    expect(written).toMatchObject({ rowsAffected: 1, rows: [] });

    const { rows, types } = await client.execute("SELECT * FROM things WHERE id = ?", [id]);
    expect(rows).toEqual([
      {
        id: "18446744073709551615",
        small: -7,
        text,
        doc: { a: [1, "ü"] },
        raw,
        price: "12.50",
        seen: "2026-11-23 10:11:12.123",
        ratio: 0.25,
        word: "w",
      },
    ]);
    expect(types).toEqual({
      id: "UINT64",
      small: "INT16",
      text: "TEXT",
      doc: "JSON",
      raw: "VARBINARY",
      price: "DECIMAL",
      seen: "DATETIME",
      ratio: "FLOAT64",
      word: "VARCHAR",
    });
  });

  it("tells NULL from empty, and types a bare NULL", async ({ expect }) => {
    await client.execute("INSERT INTO things (id, text) VALUES (1, '')");
    const { rows, types } = await client.execute(
      "SELECT text, word, NULL AS n FROM things WHERE id = 1",
    );
    expect(rows).toEqual([{ text: "", word: null, n: null }]);
    expect(types).toMatchObject({ n: "NULL" });
  });

  it("describes columns as the service does", async ({ expect }) => {
    const { fields } = await client.execute("SELECT id AS other FROM things LIMIT 1");
    expect(fields).toEqual([
      expect.objectContaining({
        name: "other",
        type: "UINT64",
        table: "things",
        orgTable: "things",
        orgName: "id",
        database: "edgewise",
        charset: 63,
      }),
    ]);
    // NOT_NULL, PRI_KEY and UNSIGNED of MySQL's column flags.
    expect(Number(fields[0]?.flags) & 35).toBe(35);
  });

  it("returns large insert ids and counts of found rows", async ({ expect }) => {
    await client.execute(
      "CREATE TABLE counted (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, n INT)",
    );
    await client.execute("ALTER TABLE counted AUTO_INCREMENT = 9007199254740993");
    const { insertId } = await client.execute("INSERT INTO counted (n) VALUES (1)");
    expect(insertId).toBe("9007199254740993");
    const unchanged = await client.execute("UPDATE counted SET n = 1");
    expect(unchanged.rowsAffected).toBe(1);
  });
});

describe("sessions", () => {
  it("commits a transaction, and rolls back one that throws", async ({ expect }) => {
    await client.transaction(async (tx) => {
      await tx.execute("INSERT INTO things (id) VALUES (10)");
      const outside = await client.execute("SELECT id FROM things WHERE id = 10");
      expect(outside.size).toBe(0);
    });
    const thrown = client.transaction(async (tx) => {
      await tx.execute("INSERT INTO things (id) VALUES (11)");
      throw new Error("changed my mind");
    });
    await expect(thrown).rejects.toThrow("changed my mind");
    const { rows } = await client.execute("SELECT id FROM things WHERE id IN (10, 11)");
    expect(rows).toEqual([{ id: "10" }]);
  });

  it("stays in its transaction after a failed statement", async ({ expect }) => {
    await client.transaction(async (tx) => {
      await tx.execute("INSERT INTO things (id) VALUES (20)");
      const error = await failure(tx.execute("INSERT INTO things (id) VALUES (20)"));
      expect(error.body.code).toBe("ALREADY_EXISTS");
    });
    expect((await client.execute("SELECT id FROM things WHERE id = 20")).size).toBe(1);
  });

  it("keeps one connection for one session", async ({ expect }) => {
    const connection = client.connection();
    await connection.execute("SET @mine = 42");
    expect((await connection.execute("SELECT @mine AS mine")).rows).toEqual([{ mine: "42" }]);
    const created = client.connection();
    await created.refresh();
    expect((await created.execute("SELECT @mine AS mine")).rows).toEqual([{ mine: null }]);
  });

  it("refuses a second statement while one runs", async ({ expect }) => {
    const connection = client.connection();
    await connection.execute("SELECT 1");
    const slow = connection.execute("SELECT SLEEP(0.3)");
    const error = await failure(connection.execute("SELECT 2"));
    expect(error.body).toEqual({ code: "PERMISSION_DENIED", message: "session already in use" });
    await slow;
    expect((await connection.execute("SELECT 3 AS n")).size).toBe(1);
  });

  it("closes an idle session and rolls its transaction back", async ({ expect }) => {
    const front = await database.front({ idleMs: 60 });
    const connection = new Client({ url: front.url }).connection();
    await connection.execute("BEGIN");
    await connection.execute("INSERT INTO things (id) VALUES (30)");
    await untilNoSession(front);
    const error = await failure(connection.execute("COMMIT"));
    expect(error.body.code).toBe("ABORTED");
    expect((await client.execute("SELECT id FROM things WHERE id = 30")).size).toBe(0);
    await front.stop();
  });

  it("ends a transaction that is too old, however busy", async ({ expect }) => {
    const front = await database.front({ transactionMs: 100 });
    const connection = new Client({ url: front.url }).connection();
    await connection.execute("BEGIN");
    const error = await failure(
      (async () => {
        for (;;) await connection.execute("SELECT SLEEP(0.02)");
      })(),
    );
    expect(["ABORTED", "UNAVAILABLE"]).toContain(error.body.code);
    await front.stop();
  });

  it("bounds its connections, sparing transactions", async ({ expect }) => {
    const front = await database.front({ connectionsMax: 2 });
    const bounded = new Client({ url: front.url });
    await bounded.transaction(async (tx) => {
      for (let n = 0; n < 5; n++) await bounded.execute("SELECT 1");
      expect(front.sessions).toBe(2);
      expect((await tx.execute("SELECT 1 AS n")).size).toBe(1);
    });
    await front.stop();
  });
});

describe("errors", () => {
  it.for([
    ["INSERT INTO things (id) VALUES (1)", "ALREADY_EXISTS", "errno 1062"],
    ["SELEKT 1", "INVALID_ARGUMENT", "errno 1064"],
    ["SELECT * FROM nowhere", "NOT_FOUND", "errno 1146"],
    ["SELECT 1; SELECT 2", "INVALID_ARGUMENT", "multiple statements"],
    ["INSERT INTO things (id) VALUES (99) RETURNING id", "UNIMPLEMENTED", "RETURNING"],
    ["WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t", "UNIMPLEMENTED", "WITH RECURSIVE"],
  ] as const)("%s answers %s", async ([sql, code, text], { expect }) => {
    const error = await failure(client.execute(sql));
    expect(error.status).toBe(400);
    expect(error.body.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it("is not misled by content that looks like SQL", async ({ expect }) => {
    const text = "a; DROP TABLE things; -- RETURNING 'x' \\";
    const { rows } = await client.execute("SELECT ? AS t /* ; RETURNING */", [text]);
    expect(rows).toEqual([{ t: text }]);
  });

  it("swallows what the service's proxy swallows", async ({ expect }) => {
    expect((await client.execute("SET @@boost_cached_queries = true")).size).toBe(0);
    expect((await client.execute("USE `edgewise@replica`")).size).toBe(0);
  });

  it("fails beyond the row cap", async ({ expect }) => {
    const front = await database.front({ rowsMax: 2 });
    const capped = new Client({ url: front.url });
    const two = "SELECT 1 AS n UNION ALL SELECT 2";
    expect((await capped.execute(two)).size).toBe(2);
    const error = await failure(capped.execute(`${two} UNION ALL SELECT 3`));
    expect(error.message).toContain("Row count exceeded 2");
    await front.stop();
  });

  it("refuses a wrong password", async ({ expect }) => {
    const url = new URL(database.emulator.url);
    url.password = "wrong";
    const error = await failure(new Client({ url: url.href }).execute("SELECT 1"));
    expect([error.status, error.body.code]).toEqual([401, "unauthenticated"]);
  });

  it("answers unavailable while MariaDB is away, and works again after", async ({ expect }) => {
    const connection = client.connection();
    await connection.execute("BEGIN");
    await connection.execute("INSERT INTO things (id) VALUES (40)");
    await database.mariaDb.kill();
    expect((await failure(client.execute("SELECT 1"))).body.code).toBe("UNAVAILABLE");
    await database.restart();
    expect((await client.execute("SELECT id FROM things WHERE id = 40")).size).toBe(0);
    expect((await failure(connection.execute("COMMIT"))).body.code).toBe("ABORTED");
  });
});

async function untilNoSession(front: Emulator): Promise<void> {
  while (front.sessions > 0) await new Promise((resolve) => setImmediate(resolve));
}
