export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * One range of `Range: bytes=…` (RFC 9110, 14.1.2) within `size` bytes.
 *
 * @returns null when the header asks for something that is not one range of bytes, which
 * a server may answer with the whole; `unsatisfiable` when the range lies outside.
 */
export function parseRange(header: string, size: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return null;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { offset: size - length, length };
  }
  const [first, last] = [Number(from), to === "" ? size - 1 : Math.min(Number(to), size - 1)];
  if (to !== "" && Number(to) < first) return null;
  return first >= size ? "unsatisfiable" : { offset: first, length: last - first + 1 };
}
