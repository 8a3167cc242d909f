import { Client } from "@planetscale/database";
import { DrizzleQueryError } from "drizzle-orm/errors";
import { drizzle, type PlanetScaleDatabase } from "drizzle-orm/planetscale-serverless";

export type MysqlDatabase = PlanetScaleDatabase & { $client: Client };

export interface MysqlClientConfig {
  /** `https://user:password@host`; http only reaches a local emulator. */
  readonly url: string;
  /** One statement, its answer read to the end, milliseconds. */
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * The client has no timeout and retries nothing, which is right: only the store knows
 * whether a statement may run twice. A statement that timed out rejects, and may still
 * run: its outcome is unknown.
 */
export function mysqlDatabase({ url, timeoutMs, fetch }: MysqlClientConfig): MysqlDatabase {
  const timed = async (input: string, init?: object) => {
    const response = await fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    // The signal covers the body too; the client reads it again from memory.
    const text = await response.text();
    const { status, statusText, headers, ok } = response;
    const json = async (): Promise<unknown> => JSON.parse(text);
    return { status, statusText, headers, ok, text: async () => text, json };
  };
  return drizzle(new Client({ url, fetch: timed }));
}

/** For logs: Drizzle's own message is the whole statement, with what people wrote in it. */
export const withoutStatement = (error: unknown): unknown =>
  error instanceof DrizzleQueryError ? error.cause : error;
