import { defineConfig } from "drizzle-kit";

/** `npm run deploy` applies these with DATABASE_URL set; the embedded profile migrates by itself. */
export default defineConfig({
  dialect: "mysql",
  schema: "./db/schema.ts",
  out: "./db/migrations",
  dbCredentials: { url: process.env["DATABASE_URL"] ?? "" },
});
