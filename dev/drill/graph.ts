import { z } from "zod";

import { type Id, parseId } from "../../core/ids.ts";
import { toGraphJson } from "../../core/tao/graph-wire.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import type { Read } from "../../core/tao/types.ts";
import { parseVersion, type Version } from "../../core/tao/version.ts";
import { type GraphBatch, toWireJson } from "../operator/api.ts";

/** One attempt at a batch. `unknown`: it may have happened. */
export type Attempt =
  | { readonly is: "acknowledged"; readonly replayed: boolean; readonly results: readonly Placed[] }
  | { readonly is: "unknown" | "refused"; readonly why: string };

interface Placed {
  readonly id: Id;
  readonly version: Version | null;
}

/** As a comparable text per read; null when there was no answer. */
export type Answers = readonly string[] | null;

export interface DrillGraph {
  write(batch: GraphBatch): Promise<Attempt>;
  readAt(from: FollowerPin | "leader", reads: readonly Read[]): Promise<Answers>;
}

/** One HTTP exchange. Rejects when no answer came. */
export type Post = (path: string, body: string) => Promise<{ status: number; text: string }>;

const placed = z.object({
  id: z.string().transform((text): Id => parseId(text) ?? (0n as Id)),
  version: z.string().transform(parseVersion).nullable(),
});
const writeSchema = z.object({
  batches: z.tuple([
    z.discriminatedUnion("ok", [
      z.object({ ok: z.literal(true), replayed: z.boolean(), results: z.array(placed) }),
      z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
    ]),
  ]),
});
const readSchema = z.object({
  results: z.array(
    z.discriminatedUnion("op", [
      z.object({
        op: z.literal("objGet"),
        object: z.object({ id: z.string(), data: z.string() }).nullable(),
      }),
      z.object({ op: z.literal("assocCount"), count: z.number() }),
      z.object({
        op: z.enum(["assocGet", "assocRange"]),
        assocs: z.array(z.object({ id2: z.string() })),
      }),
    ]),
  ),
});
type ReadAnswer = z.infer<typeof readSchema>["results"][number];

/** After these a write may or may not have happened, and is asked for again. */
const UNKNOWN = new Set(["unavailable", "deadline_exceeded", "overloaded"]);

export function httpGraph(post: Post): DrillGraph {
  return {
    async write(batch) {
      const body = toWireJson({ batches: [batch] });
      const sent = await post("/v1/admin/graph/write", body).catch((error: unknown) => ({
        status: 503,
        text: String(error),
      }));
      if (sent.status !== 200) {
        const is = sent.status >= 500 || sent.status === 429 ? "unknown" : "refused";
        return { is, why: `${sent.status} ${sent.text.slice(0, 300)}` };
      }
      const [answer] = writeSchema.parse(JSON.parse(sent.text)).batches;
      if (answer.ok) return { is: "acknowledged", ...answer };
      const is = UNKNOWN.has(answer.error.code) ? "unknown" : "refused";
      return { is, why: JSON.stringify(answer.error) };
    },

    async readAt(from, reads) {
      const where = from === "leader" ? { consistency: "leader" } : { follower: from };
      const body = toGraphJson({ ...where, reads });
      const sent = await post("/v1/admin/graph/read", body).catch(() => null);
      if (sent === null || sent.status !== 200) return null;
      return readSchema.parse(JSON.parse(sent.text)).results.map(textOf);
    },
  };
}

function textOf(answer: ReadAnswer): string {
  switch (answer.op) {
    case "objGet":
      return answer.object?.data ?? "none";
    case "assocCount":
      return `${answer.count}`;
    default:
      return answer.assocs.map(({ id2 }) => id2).join();
  }
}
