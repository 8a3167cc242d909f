/** One request that must be refused, and how. */
export interface Malformed {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly status: number;
  readonly field?: string;
}
export type Row = readonly [name: string, request: Malformed];

export const jsonHeaders = { "content-type": "application/json" };
export const KEY = "0123456789abcdef0123456789abcdef.png";
