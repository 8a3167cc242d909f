import { describe, it } from "vitest";

import { storeConfigFrom } from "../../durable-objects/store-config.ts";

const SECRET = "pscale_pw_secret";
const DATABASE_URL = `https://user:${SECRET}@aws.connect.psdb.cloud`;

describe("where leaders keep the truth", () => {
  it("is their own SQLite, unless told otherwise", ({ expect }) => {
    expect(storeConfigFrom({})).toEqual({ kind: "embedded" });
    expect(storeConfigFrom({ STORE: "embedded", DATABASE_URL })).toEqual({ kind: "embedded" });
  });

  it("is MySQL where STORE and DATABASE_URL say so", ({ expect }) => {
    const config = storeConfigFrom({ STORE: "mysql", DATABASE_URL });
    expect(config).toEqual({ kind: "mysql", databaseUrl: DATABASE_URL });
    const local = "http://user:password@127.0.0.1:8380";
    expect(storeConfigFrom({ STORE: "mysql", DATABASE_URL: local })).toMatchObject({
      databaseUrl: local,
    });
  });

  it.for([
    ["STORE", { STORE: "postgres" }],
    ["DATABASE_URL", { STORE: "mysql" }],
    ["DATABASE_URL", { STORE: "mysql", DATABASE_URL: SECRET }],
    ["DATABASE_URL", { STORE: "mysql", DATABASE_URL: `http://user:${SECRET}@example.com` }],
    ["DATABASE_URL", { STORE: "mysql", DATABASE_URL: "https://aws.connect.psdb.cloud" }],
  ] as const)("names %s when it is wrong, and no secret: %j", ([name, vars], { expect }) => {
    const said = (() => {
      try {
        return JSON.stringify(storeConfigFrom(vars));
      } catch (error) {
        return String(error);
      }
    })();
    expect(said).toContain(`Objects configuration: ${name}: `);
    expect(said).not.toContain(SECRET);
  });
});
