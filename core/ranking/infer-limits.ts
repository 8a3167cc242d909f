/** Bounds of one call to a ranker: unit in the name, reason beside the number. */
export const INFER_LIMITS = {
  /** Candidates of one request: a pool is 500, and a bench asks for 1,500. */
  inferRowsMax: 2_000,
  /** A binary body of so many rows is under 600 KB; the rest is room for numbers written as JSON. */
  inferBodyBytesMax: 4_000_000,
  /** The JSON header of a binary body: ours has 300 bytes. */
  inferHeaderBytesMax: 8_192,
  /** The caller's own name for a request, which is echoed. */
  inferIdCharsMax: 64,
  /** Requests in one file of warm-up or golden records: enough to touch every path, and quick to check. */
  recordsMax: 256,
  /** Such a file: 256 requests of a hundred rows or so. */
  recordsBytesMax: 16_000_000,
} as const;
