import type { Failure } from "../errors.ts";
import { type Id, idRange } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import type { PlanContext } from "./plan-context.ts";
import { resultIndex, type Write } from "./types.ts";

type Place = Omit<PlanContext, "nowMs">;

/** Bounds of a request and that every id lives on this shard; checked before it is queued. */
export function checkWrites(writes: readonly Write[], context: Place): Failure | null {
  if (writes.length === 0 || writes.length > LIMITS.writesPerCallMax) {
    return { code: "limit_reached", what: "writes of one call", max: LIMITS.writesPerCallMax };
  }
  let chars = 0;
  for (const [index, write] of writes.entries()) {
    if ("data" in write) chars += write.data.length;
    if ("patch" in write) chars += write.patch.length;
    const failure = checkPlace(write, index, writes, context);
    if (failure !== null) return failure;
  }
  const bytesMax = LIMITS.writeBytesMax;
  return chars > bytesMax ? { code: "too_large", field: "writes", bytesMax } : null;
}

function checkPlace(
  write: Write,
  index: number,
  writes: readonly Write[],
  context: Place,
): Failure | null {
  const at = placeOf(write);
  const ids = write.op === "objAdd" ? [] : "id" in write ? [write.id] : [write.id1, write.id2];
  const field = `writes[${index}]`;
  for (const id of ids) {
    const place = resultIndex(id);
    if (place !== null && place >= index)
      return { code: "invalid_request", field, reason: "refers to a later write" };
    // Only a new id is sure to be on this shard and to have no edges yet.
    if (place !== null && writes[place]?.op !== "objAdd")
      return { code: "invalid_request", field, reason: "refers to a write that adds no object" };
  }
  if ("timeMs" in write && !(Number.isSafeInteger(write.timeMs) && write.timeMs >= 0))
    return { code: "invalid_request", field: `${field}.timeMs`, reason: "Unix milliseconds" };
  if (resultIndex(at) !== null || context.home(at) === context.self) return null;
  return { code: "invalid_request", field, reason: `id is not on shard ${context.self}` };
}

/** An id of the shard that stores what `write` writes. */
function placeOf(write: Write): Id {
  if (write.op === "objAdd") return idRange(write.shard).from;
  return "id" in write ? write.id : write.id1;
}
