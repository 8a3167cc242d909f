import { readFile } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { APP_POLICY } from "../../workers/gateway/middleware/security-headers.ts";
import { FakeAnswers } from "./fake-answers.ts";
import { Refusal } from "./fake-call.ts";
import type { FakeNews } from "./fake-news.ts";
import { PICTURES } from "./fake-pictures.ts";
import { FakeWorld } from "./fake-world.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/** Of whatever it refuses. */
export const REFUSED_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

/** How a test makes the next calls go wrong: by method and start of path. */
export interface Fault {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  times: number;
}

export interface OpsCall {
  readonly method: string;
  /** Below /v1. */
  readonly route: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}
export interface OpsAnswer {
  readonly status: number;
  readonly body: unknown;
}

export class FakeApi {
  readonly world: FakeWorld;
  readonly #answers: FakeAnswers;
  get news(): FakeNews {
    return this.#answers.news;
  }
  readonly faults: Fault[] = [];
  /** What every answer says of the region. */
  level = 0;
  /** Files of a later version of the app, by path. */
  readonly newer = new Map<string, string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Resolve to let held writes go on: shows what the app does before the answer. */
  hold: Promise<void> | null = null;

  readonly #dist: string;

  /** @param dist folder of the built app. */
  constructor(dist: string) {
    this.#dist = dist;
    this.world = new FakeWorld(PICTURES);
    this.#answers = new FakeAnswers(this.world);
    for (const { key, bytes } of PICTURES) this.world.media.set(key, { type: "image/png", bytes });
  }

  /** @param port 0: any free one. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${taken}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    try {
      if (url.pathname.startsWith("/v1/")) await this.#serveApi(request, response, url);
      else if (url.pathname.startsWith("/media/"))
        this.#serveMedia(response, url.pathname.slice(7));
      else await serveFile(this.#dist, this.newer, response, url.pathname);
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      response.writeHead(status, {
        "content-type": "application/problem+json",
        "edgewise-trace": REFUSED_TRACE,
      });
      response.end(JSON.stringify({ status, code: "refused", detail: (error as Error).message }));
    }
  }

  /** Answers of operators' routes; null: not one of them. A status other than 200 is a problem document. */
  operators: ((call: OpsCall) => OpsAnswer | null) | null = null;

  async #serveApi(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const method = request.method ?? "GET";
    const route = url.pathname.slice(3);
    const fault = this.faults.find(
      (item) => item.method === method && route.startsWith(item.path) && item.times > 0,
    );
    if (method !== "GET") await this.hold;
    if (fault !== undefined) {
      fault.times--;
      throw new Refusal(fault.status, "The service refused, because the test asked it to.");
    }
    const own = this.operators?.({
      method,
      route,
      query: url.searchParams,
      body: Buffer.concat(chunks).toString("utf8"),
      headers: request.headers,
    });
    if (own !== null && own !== undefined) {
      const type = own.status === 200 ? "application/json" : "application/problem+json";
      response.writeHead(own.status, { "content-type": type });
      response.end(JSON.stringify(own.body));
      return;
    }
    const handle = request.headers.authorization?.replace("Bearer token-", "") ?? "";
    const viewer = this.world.users.find((user) => user.handle === handle) ?? null;
    const answer = this.#answers.answer({
      method,
      parts: route.slice(1).split("/").map(decodeURIComponent),
      query: url.searchParams,
      body: Buffer.concat(chunks),
      type: request.headers["content-type"] ?? "",
      viewer,
    });
    response.writeHead(200, {
      "content-type": "application/json",
      "edgewise-level": String(this.level),
    });
    response.end(JSON.stringify(answer));
  }

  #serveMedia(response: ServerResponse, key: string): void {
    const found = this.world.media.get(key);
    if (found === undefined) throw new Refusal(404, "There is no such image.");
    response.writeHead(200, { "content-type": found.type });
    response.end(found.bytes);
  }
}

/** A file of the built app; any other path is a page of the app itself. */
async function serveFile(
  dist: string,
  newer: ReadonlyMap<string, string>,
  response: ServerResponse,
  pathname: string,
): Promise<void> {
  const isPage = path.extname(pathname) === "";
  const page = /^\/ops(?:\/|$)/.test(pathname) ? "/ops.html" : "/index.html";
  const wanted = isPage ? page : pathname;
  const file = path.join(dist, path.normalize(wanted));
  const bytes = newer.get(wanted) ?? (await readFile(file).catch(() => null));
  if (bytes === null) throw new Refusal(404, "There is no such file.");
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-security-policy": APP_POLICY });
  response.end(bytes);
}
