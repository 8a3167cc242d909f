import { Agent, request } from "node:http";

import { BOUNDS } from "../bounds.ts";

/** Whose requests these are: the region's own data centre, and an address of one's own. */
export interface From {
  readonly region: string;
  readonly address: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/**
 * `fetch` over Node's own client, which may name another host than it calls: edge caches of different
 * hosts are apart, as those of different data centres are.
 */
export const fetchFrom =
  ({ region, address }: From) =>
  (url: string, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const headers = {
        ...(init.headers as Record<string, string> | undefined),
        host: `${region}.edgewise.test`,
        "x-edgewise-region": region,
        "cf-connecting-ip": address,
      };
      const timeout = BOUNDS.requestTimeoutSeconds * 1_000;
      const sent = request(
        url,
        { method: init.method ?? "GET", headers, agent, timeout },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const status = answer.statusCode ?? 500;
            const body = status === 204 || status === 304 ? null : Buffer.concat(chunks);
            resolve(new Response(body, { status, headers: textHeaders(answer.headers) }));
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.on("error", reject);
      const { body } = init;
      if (body === undefined || body === null) sent.end();
      else sent.end(typeof body === "string" ? body : Buffer.from(body as Uint8Array));
    });

const textHeaders = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
