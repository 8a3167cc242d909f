import type { User } from "../../core/feed/schemas.ts";

export interface Call {
  readonly method: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly type: string;
  readonly viewer: User | null;
}

export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

export const json = <T>(call: Call): T => JSON.parse(call.body.toString("utf8")) as T;
