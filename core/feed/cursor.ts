import type { Failure } from "../errors.ts";
import { formatId, type Id, parseId } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { sameText, type Signer } from "../signer.ts";
import type { ListCursor } from "../tao/types.ts";

/** What a cursor is good for: one list, paged by one viewer. */
export interface CursorScope {
  /** Name of the list, letters, digits and "-": `home`, `profile-42`, `followers-42`. */
  readonly kind: string;
  /** null for a visitor. */
  readonly viewer: Id | null;
}

const VERSION = "1";
/** Version, list, viewer, issue time; then the cursor's own fields, and the signature. */
const HEADER = 4;

/**
 * Where a page ended, as text for the client: version, list, viewer, issue time, position
 * and a signature over all of it. A position is (time, id), never an offset, so that what
 * is added or removed above it moves nothing.
 */
export const encodeCursor = (
  scope: CursorScope,
  at: ListCursor,
  nowMs: number,
  signer: Signer,
): string => sealCursor(scope, [at.timeMs.toString(36), formatId(at.id2)], nowMs, signer);

/**
 * @returns the position, or null when there is no cursor (a first page); `invalid_cursor`
 * when it was changed, has expired, or belongs to another viewer or list.
 */
export function decodeCursor(
  text: string | undefined,
  scope: CursorScope,
  nowMs: number,
  signer: Signer,
): Result<ListCursor | null, Failure> {
  if (text === undefined) return ok(null);
  const opened = openCursor(text, scope, nowMs, signer);
  if (!opened.ok) return opened;
  const [time = "", id = "", ...more] = opened.value;
  const id2 = parseId(id);
  if (id2 === null || more.length > 0) return invalid("malformed");
  return ok({ timeMs: Number.parseInt(time, 36), id2 });
}

/** Whether it says that it belongs to this list; whether that is true, opening it shows. */
export const isOf = (text: string, { kind }: CursorScope): boolean =>
  text.startsWith(`${VERSION}.${kind}.`);

/** Any fields without a dot, bound to a list and a viewer. */
export function sealCursor(
  scope: CursorScope,
  fields: readonly string[],
  nowMs: number,
  signer: Signer,
): string {
  const header = [VERSION, scope.kind, viewerText(scope.viewer), nowMs.toString(36)];
  const body = [...header, ...fields].join(".");
  return `${body}.${sign(body, signer)}`;
}

/** @returns the fields that `sealCursor` was given; `invalid_cursor` as `decodeCursor` does. */
export function openCursor(
  text: string,
  scope: CursorScope,
  nowMs: number,
  signer: Signer,
): Result<readonly string[], Failure> {
  const end = text.lastIndexOf(".");
  const body = text.slice(0, end);
  const parts = body.split(".");
  if (text.length > LIMITS.cursorCharsMax || parts.length <= HEADER) return invalid("malformed");
  if (!sameText(text.slice(end + 1), sign(body, signer)))
    return invalid("not signed by this service");

  const [version, kind, viewer, issued = ""] = parts;
  if (version !== VERSION) return invalid("of another version");
  if (kind !== scope.kind || viewer !== viewerText(scope.viewer)) {
    return invalid("of another list or viewer");
  }
  if (nowMs - Number.parseInt(issued, 36) > LIMITS.cursorTtlMs) return invalid("expired");
  return ok(parts.slice(HEADER));
}

const viewerText = (viewer: Id | null): string => (viewer === null ? "-" : formatId(viewer));
/** The prefix keeps a signature made for another purpose from passing here. */
const sign = (body: string, signer: Signer): string => signer.sign(`cursor\n${body}`);
const invalid = (reason: string): Result<never, Failure> => err({ code: "invalid_cursor", reason });
