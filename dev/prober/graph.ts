import { z } from "zod";

import { toGraphJson } from "../../core/tao/graph-wire.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import type { Read } from "../../core/tao/types.ts";
import { parseVersion, type Version } from "../../core/tao/version.ts";
import type { GraphBatch } from "../operator/api.ts";
import type { ProbeAnswer } from "./samples.ts";

/** The graph as the prober needs it; nothing throws for a product that is away. */
export interface ProbeGraph {
  /** Version that the batch's only write got. `unknown`: it may have happened. */
  write(batch: GraphBatch): Promise<Written>;
  /** What `readsOf` a probe says there, once, without a second try; null when there is no answer. */
  readAt(
    from: FollowerPin | "leader",
    reads: readonly Read[],
  ): Promise<(ProbeAnswer & { readonly staleMs: number | null }) | null>;
}

export type Written =
  | { readonly ok: true; readonly id: string; readonly version: Version }
  | { readonly ok: false; readonly is: "unknown" | "refused"; readonly why: string };

/** One HTTP exchange. Rejects when no answer came. */
export type Post = (path: string, body: string) => Promise<{ status: number; text: string }>;

const version = z.object({ epoch: z.number(), seq: z.number() });
const readSchema = z.object({
  results: z.tuple([
    z.object({ op: z.literal("objGet"), object: z.object({ version }).nullable() }),
    z.object({ op: z.literal("assocGet"), assocs: z.array(z.object({ version })) }),
  ]),
  staleMs: z.number().nullable().default(null),
});
const versionText = z.string().transform(parseVersion);
const writeSchema = z.object({
  batches: z.tuple([
    z.discriminatedUnion("ok", [
      z.object({
        ok: z.literal(true),
        results: z.tuple([z.object({ id: z.string(), version: versionText.nullable() })]),
      }),
      z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
    ]),
  ]),
});
/** After these a write may or may not have happened. */
const UNKNOWN = new Set(["unavailable", "deadline_exceeded", "overloaded"]);

export class HttpGraph implements ProbeGraph {
  readonly #post: Post;

  constructor(post: Post) {
    this.#post = post;
  }

  async write(batch: GraphBatch): Promise<Written> {
    const body = toGraphJson({ batches: [batch] });
    const sent = await this.#post("/v1/admin/graph/write", body).catch((error: unknown) => ({
      status: 503,
      text: String(error),
    }));
    if (sent.status !== 200) {
      const is = sent.status >= 500 ? "unknown" : "refused";
      return { ok: false, is, why: `${sent.status} ${sent.text.slice(0, 200)}` };
    }
    const [answer] = writeSchema.parse(JSON.parse(sent.text)).batches;
    if (!answer.ok) {
      const is = UNKNOWN.has(answer.error.code) ? "unknown" : "refused";
      return { ok: false, is, why: JSON.stringify(answer.error) };
    }
    const [result] = answer.results;
    if (result.version === null) return { ok: false, is: "refused", why: "nothing to change" };
    return { ok: true, id: result.id, version: result.version };
  }

  async readAt(from: FollowerPin | "leader", reads: readonly Read[]) {
    const where = from === "leader" ? { consistency: "leader" } : { follower: from };
    const sent = await this.#post("/v1/admin/graph/read", toGraphJson({ ...where, reads })).catch(
      () => null,
    );
    if (sent === null || sent.status !== 200) return null;
    const { results, staleMs } = readSchema.parse(JSON.parse(sent.text));
    const [{ object }, { assocs }] = results;
    return { object: object?.version ?? null, edge: assocs[0]?.version ?? null, staleMs };
  }
}
