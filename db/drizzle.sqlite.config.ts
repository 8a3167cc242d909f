import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  driver: "durable-sqlite",
  schema: "./db/sqlite-schema.ts",
  out: "./db/sqlite-migrations",
});
