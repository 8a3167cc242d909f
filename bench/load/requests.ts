import { writeFile } from "node:fs/promises";

export interface BenchRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One line of text; "" for none. */
  readonly body: string;
}

/** Separates headers; never part of one. */
const HEADER_END = "\u0001";

/** One line per request, as `wrk.lua` and `node-generator.ts` read them. */
export const requestLine = ({ method, path, headers, body }: BenchRequest): string =>
  [
    method,
    path,
    Object.entries(headers)
      .map(([name, value]) => `${name}=${value}`)
      .join(HEADER_END),
    body,
  ].join("\t");

/** @throws SyntaxError on a line that `requestLine` did not write. */
export function parseRequestLine(line: string): BenchRequest {
  const [method, path, packed, body] = line.split("\t");
  if ((method !== "GET" && method !== "POST") || path === undefined || body === undefined)
    throw new SyntaxError(`not a request: ${line.slice(0, 80)}`);
  const headers = (packed ?? "")
    .split(HEADER_END)
    .filter((header) => header !== "")
    .map((header): [string, string] => {
      const cut = header.indexOf("=");
      return [header.slice(0, cut), header.slice(cut + 1)];
    });
  return { method, path, headers: Object.fromEntries(headers), body };
}

export const writeRequests = (file: string, requests: readonly BenchRequest[]): Promise<void> =>
  writeFile(file, `${requests.map(requestLine).join("\n")}\n`);
