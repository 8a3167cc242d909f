import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { describe, it, onTestFinished } from "vitest";

import { SCHEMA } from "../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { encodeAnswer, encodeRequest } from "../../core/ranking/infer.ts";
import { RANKER_HEADERS } from "../../core/ranking/ranker-headers.ts";
import { LIMITS } from "../../core/limits.ts";
import { askRanker } from "../../workers/ranking-proxy/ranker-client.ts";
import { requestOf } from "../fakes/ranking-world.ts";

const ROWS = 3;
const answer = () => {
  const probabilities = new Float32Array(ROWS * HEAD_COUNT).fill(0.5);
  return encodeAnswer({ model: "v1", probabilities }, null);
};

/** Asks a server that answers with `body`, and with its length where `isSized`. */
async function askOf(body: Uint8Array, isSized: boolean) {
  const server = createServer((request, response) => {
    request.resume();
    const sized = isSized ? { "content-length": body.length } : {};
    const headers = { [RANKER_HEADERS.inferHeaderBytes]: answer().headerBytes, ...sized };
    response.writeHead(200, headers);
    response.end(body);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return askRanker({
    region: "us-east",
    server: `http://127.0.0.1:${port}`,
    body: encodeRequest(requestOf(ROWS)),
    rows: ROWS,
    budgetMs: 50,
    viewerId: "7",
    schema: SCHEMA,
  }).reply;
}

describe.for([true, false])("an answer, its length told: %s", (isSized) => {
  it("takes no more memory than it has", async ({ expect }) => {
    const reply = await askOf(answer().body, isSized);
    if (reply.kind !== "scored") throw new Error(JSON.stringify(reply));
    expect(reply.model).toBe("v1");
    expect([...reply.probabilities]).toEqual(Array(ROWS * HEAD_COUNT).fill(0.5));
    expect(reply.probabilities.buffer.byteLength).toBe(answer().body.length);
  });

  it("that is longer than any is none", async ({ expect }) => {
    const long = new Uint8Array(LIMITS.rankAnswerBytesMax + 1);
    expect(await askOf(long, isSized)).toEqual({ kind: "bad_answer", detail: "too long" });
  });
});
