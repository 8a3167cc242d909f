import { shardOf } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { type RateState, take } from "../../resilience/rate-limit.ts";
import { err, ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Call, Outcome } from "../call.ts";
import { member } from "./people.ts";

const DAY_SECONDS = 86_400;
const perDay = (name: string, most: number) => ({
  name,
  perSecond: most / DAY_SECONDS,
  burst: most,
});
const BYTES = perDay("upload-bytes", LIMITS.uploadBytesPerDay);
const COUNT = perDay("uploads", LIMITS.uploadsPerDay);

/**
 * Notes an upload of this many bytes before it is stored. One edge per user, changed only as it was
 * read at its leader: of uploads side by side none is forgotten. What fails afterwards stays noted.
 *
 * @returns `rate_limited` with the name of the limit, when too much was uploaded of late.
 */
export async function noteUpload(call: Call, bytes: number): Outcome<null> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const id1 = viewer.value;
  const read = { op: "assocGet", id1, atype: ASSOC.uploads, id2s: [id1] } as const;
  for (let tries = 0; tries < LIMITS.uploadNoteTries; tries++) {
    const found = await call.tao.read([read], "leader");
    if (!found.ok) return found;
    const known = found.value[0].assocs[0];
    const nowMs = call.clock.nowMs();
    const spent = known === undefined ? null : (JSON.parse(known.data) as Spent);
    const size = take(spent?.bytesMs ?? null, nowMs, BYTES, bytes);
    if (!size.allow) return used(`${LIMITS.uploadBytesPerDay} bytes of uploads a day`, size);
    const number = take(spent?.countMs ?? null, nowMs, COUNT);
    if (!number.allow) return used(`${LIMITS.uploadsPerDay} uploads a day`, number);
    const data = JSON.stringify({ bytesMs: size.next, countMs: number.next } satisfies Spent);
    const edge = {
      op: "assocAdd",
      id1,
      atype: ASSOC.uploads,
      id2: id1,
      timeMs: nowMs,
      data,
    } as const;
    const ifVersion = known?.version ?? null;
    // A retried upload brings its bytes again: it is another one, whatever its Idempotency-Key.
    const written = await call.tao.write(shardOf(id1), [{ ...edge, ifVersion }], null);
    if (written.ok) return ok(null);
    if (written.error.code !== "version_mismatch") return written;
  }
  return err({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs });
}

interface Spent {
  readonly bytesMs: RateState;
  readonly countMs: RateState;
}

const used = (what: string, { retryAfterMs }: { readonly retryAfterMs: number }) =>
  err({ code: "rate_limited", retryAfterMs, what } as const);
