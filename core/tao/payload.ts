import type { Failure } from "../errors.ts";
import { fingerprint } from "../hash.ts";
import type { Id } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import { type AssocKind, assocKind, type ObjectKind, objectKind } from "./registry.ts";
import type { AssocKey } from "./store.ts";
import type { AssocType, ObjectType, Write } from "./types.ts";

/**
 * Checks an object's payload against its type and returns its canonical JSON text:
 * no raw control character survives, so tab- and newline-separated wire text is safe.
 */
export function objectPayload(
  otype: ObjectType,
  data: string,
  field: string,
): Result<string, Failure> {
  const kind = objectKind(otype);
  return kind === undefined
    ? invalid(`${field}.otype`, `unknown object type ${otype}`)
    : canonical(kind, data, field);
}

/** The same for an edge; "" is the payload of a type that has none, or needs none. */
export function assocPayload(
  kind: AssocKind,
  data: string,
  field: string,
): Result<string, Failure> {
  if (data === "") return ok("");
  if (kind.payload === null) return invalid(`${field}.data`, `${kind.name} carries no payload`);
  return canonical({ ...kind, payload: kind.payload }, data, field);
}

export function writableKind(atype: AssocType, field: string): Result<AssocKind, Failure> {
  const kind = assocKind(atype);
  if (kind === undefined) return invalid(`${field}.atype`, `unknown association type ${atype}`);
  return kind.writable
    ? ok(kind)
    : invalid(`${field}.atype`, `${kind.name} is derived; write its inverse`);
}

/** Merges `patch` over `data` field by field; null is a value like any other. */
export function mergePatch(data: string, patch: string, field: string): Result<string, Failure> {
  const fields = parseObject(patch);
  if (fields === null) return invalid(`${field}.patch`, "a JSON object is needed");
  return ok(JSON.stringify({ ...parseObject(data), ...fields }));
}

/**
 * What makes two requests "the same" to idempotency: the writes without their times,
 * since a retry is sent later than the first attempt.
 */
export const writesHash = (writes: readonly Write[]): string =>
  fingerprint(writes.map((write) => JSON.stringify(sameness(write))).join(""));

/** What must be equal in a write for it to be the same. */
function sameness(write: Write): readonly unknown[] {
  switch (write.op) {
    case "objAdd":
      return [write.op, write.otype, write.shard, withoutTime(write.data)];
    case "objUpdate":
      return [write.op, hex(write.id), write.patch, write.ifVersion];
    case "objDelete":
      return [write.op, hex(write.id), write.ifVersion];
    case "assocAdd":
      return [write.op, ...edge(write), withoutTime(write.data), write.ifVersion];
    case "assocDelete":
      return [write.op, ...edge(write), write.ifVersion];
    case "assocChangeType":
      return [write.op, ...edge(write), write.newType, write.ifVersion];
  }
}

const hex = (id: Id): string => id.toString(16);
const edge = ({ id1, atype, id2 }: AssocKey) => [hex(id1), atype, hex(id2)];
const withoutTime = (data: string): string => data.replace(/"createdAtMs":\d+/, "");

type Payload = Pick<ObjectKind, "payload" | "bytesMax" | "name">;

function canonical(kind: Payload, data: string, field: string): Result<string, Failure> {
  // UTF-16 units bound the bytes from below and, times three, from above.
  if (data.length > kind.bytesMax) return tooLarge(field, kind.bytesMax);
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return invalid(`${field}.data`, "not JSON");
  }
  const checked = kind.payload.safeParse(parsed);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    const path = issue?.path.map(String).join(".") ?? "";
    return invalid(path === "" ? `${field}.data` : `${field}.data.${path}`, issue?.message ?? "");
  }
  const text = JSON.stringify(checked.data);
  return utf8Bytes(text) > kind.bytesMax ? tooLarge(field, kind.bytesMax) : ok(text);
}

/** UTF-8 length, without an encoder. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : null;
  } catch {
    return null;
  }
}

const invalid = (field: string, reason: string): Result<never, Failure> =>
  err({ code: "invalid_request", field, reason });
const tooLarge = (field: string, bytesMax: number): Result<never, Failure> =>
  err({ code: "too_large", field: `${field}.data`, bytesMax });
