import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { INFER_LIMITS } from "../../../core/ranking/infer-limits.ts";
import { MODEL_NAME } from "../../../core/ranking/infer.ts";
import { RANKER_LIMITS } from "../limits.ts";
import { offerToShadow } from "../model/shadow.ts";
import { admin, type AdminDeps } from "./admin-routes.ts";
import { type Answer, refusal } from "./answer.ts";
import { infer, type InferDeps } from "./infer-route.ts";
import { discardBody, lengthOf } from "./read-body.ts";
import { traced } from "./traced.ts";
import { live, modelInfo, modelReady, ready, serverInfo } from "./info-routes.ts";

export interface ServerDeps extends InferDeps {
  readonly admin: AdminDeps;
  /** Should requests be sent here? */
  readonly ready: () => boolean;
  /** True from the moment a drain is announced: connections end with their next answer. */
  readonly leaving: () => boolean;
}

/** Paths of the Open Inference Protocol for one model. */
const MODEL_PATH = new RegExp(
  `^/v2/models/(?<model>[^/]+)(?:/versions/(?<version>[^/]+))?(?:/(?<verb>ready|infer))?$`,
);

export function rankerServer(deps: ServerDeps): Server {
  const server = createServer(
    {
      maxHeaderSize: RANKER_LIMITS.headerBytesMax,
      requestTimeout: RANKER_LIMITS.requestMs,
      headersTimeout: RANKER_LIMITS.requestMs,
      keepAliveTimeout: RANKER_LIMITS.keepAliveMs,
    },
    (message, response) => {
      if (deps.leaving()) response.setHeader("connection", "close");
      serve(message, response, deps).catch((error: unknown) => {
        deps.log("error", "request_threw", { path: message.url, error: String(error) });
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
  server.maxConnections = RANKER_LIMITS.connectionsMax;
  return server;
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  deps: ServerDeps,
): Promise<void> {
  const path = (message.url ?? "/").split("?", 1)[0] ?? "/";
  const model = MODEL_PATH.exec(path)?.groups;
  if (model?.["verb"] === "infer") return serveInfer(message, response, model, deps);
  const answer = await answerTo(message, path, model, deps);
  if (answer !== null) await write(message, response, answer);
}

async function serveInfer(
  message: IncomingMessage,
  response: ServerResponse,
  { model, version }: Readonly<Record<string, string | undefined>>,
  deps: ServerDeps,
): Promise<void> {
  if (model !== MODEL_NAME)
    return write(message, response, refusal({ code: "not_found", what: `model ${model}` }));
  if (message.method !== "POST")
    return write(message, response, refusal({ code: "method_not_allowed", allowed: ["POST"] }));
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const inferred = await traced(message.headers, deps.log, (log) =>
    infer(message, version ?? null, gone.signal, log === deps.log ? deps : { ...deps, log }),
  );
  if (inferred === null || gone.signal.aborted) return;
  await write(message, response, inferred.answer);
  const { served } = inferred;
  if (served !== undefined && deps.registry.shadow !== null)
    setImmediate(() => void offerToShadow(served, deps));
}

async function answerTo(
  message: IncomingMessage,
  path: string,
  model: Readonly<Record<string, string | undefined>> | undefined,
  deps: ServerDeps,
): Promise<Answer | null> {
  if (path.startsWith("/admin/")) return admin(message, path.slice("/admin/".length), deps.admin);
  if (message.method !== "GET" && message.method !== "HEAD")
    return refusal({ code: "method_not_allowed", allowed: ["GET"] });
  if (model !== undefined) {
    const version = model["version"] ?? null;
    if (model["model"] !== MODEL_NAME)
      return refusal({ code: "not_found", what: `model ${model["model"]}` });
    return model["verb"] === "ready"
      ? modelReady(deps.registry, version, deps.leaving())
      : modelInfo(deps.registry, version);
  }
  switch (path) {
    case "/v2":
      return serverInfo();
    case "/v2/health/live":
      return live();
    case "/v2/health/ready":
      return ready(deps.ready());
    case "/metrics":
      return metrics(deps);
    default:
      return refusal({ code: "not_found", what: path });
  }
}

async function metrics(deps: ServerDeps): Promise<Answer> {
  deps.metrics.state({ ready: deps.ready(), loadRows: deps.loadRows() });
  const { registry } = deps.metrics;
  const body = await registry.metrics();
  return { status: 200, headers: { "content-type": registry.contentType }, body };
}

/** Resolves when the answer is with the kernel, or the caller is gone. */
function write(message: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    response.once("finish", resolve);
    const body = message.method === "HEAD" ? "" : answer.body;
    const length = { "content-length": Buffer.byteLength(answer.body) };
    const isTooLong =
      !message.complete && (lengthOf(message) ?? Infinity) > INFER_LIMITS.inferBodyBytesMax;
    if (isTooLong) response.setHeader("connection", "close");
    response.writeHead(answer.status, { ...answer.headers, ...length });
    if (isTooLong) {
      // The status at once; the end, with which some clients hang up, when they have sent what they would.
      response.flushHeaders();
      const { discardBytesMax, discardMs } = RANKER_LIMITS;
      void discardBody(message, discardBytesMax, discardMs).then(() => response.end(body));
      return;
    }
    // What was not read is read and dropped, or it would be taken for the next request.
    if (!message.complete) message.resume();
    response.end(body);
  });
}
