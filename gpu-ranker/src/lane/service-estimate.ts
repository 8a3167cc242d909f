/**
 * How long a batch takes, as a line over its rows: exponentially weighted sums of a least-squares fit.
 * Plain JSON, all zero before the first batch.
 */
export interface ServiceEstimate {
  readonly weight: number;
  readonly rows: number;
  readonly ms: number;
  readonly rowsRows: number;
  readonly rowsMs: number;
}

export const NO_ESTIMATE: ServiceEstimate = { weight: 0, rows: 0, ms: 0, rowsRows: 0, rowsMs: 0 };

/** The estimate after a batch of `rows` took `ms`. @param newest weight of this batch, 0 to 1. */
export function measured(
  estimate: ServiceEstimate,
  rows: number,
  ms: number,
  newest: number,
): ServiceEstimate {
  const older = 1 - newest;
  return {
    weight: estimate.weight * older + newest,
    rows: estimate.rows * older + newest * rows,
    ms: estimate.ms * older + newest * ms,
    rowsRows: estimate.rowsRows * older + newest * rows * rows,
    rowsMs: estimate.rowsMs * older + newest * rows * ms,
  };
}

/** Milliseconds of a batch: `fixed + perRow * rows`. */
export interface ServiceLine {
  readonly fixedMs: number;
  readonly perRowMs: number;
}

/**
 * The line through what was measured. When the fit has no meaning (batches all of one size, or noise that
 * tilts it the wrong way) it goes through zero: too high for larger batches, and too low only for small ones.
 * @returns null before the first batch.
 */
export function lineOf({
  weight,
  rows,
  ms,
  rowsRows,
  rowsMs,
}: ServiceEstimate): ServiceLine | null {
  if (weight === 0 || rows === 0) return null;
  const spread = weight * rowsRows - rows * rows;
  const throughZero = { fixedMs: 0, perRowMs: ms / rows };
  if (spread <= 0.01 * rows * rows) return throughZero;
  const perRowMs = (weight * rowsMs - rows * ms) / spread;
  const fixedMs = (ms - perRowMs * rows) / weight;
  return perRowMs > 0 && fixedMs >= 0 ? { fixedMs, perRowMs } : throughZero;
}

/** 0 while nothing is known: the first batch has to be tried. */
export const serviceMs = (line: ServiceLine | null, rows: number): number =>
  line === null ? 0 : line.fixedMs + line.perRowMs * rows;

export interface RowCapPolicy {
  /** A batch may take this long, milliseconds. */
  readonly serviceMsMax: number;
  readonly batchRowsFirst: number;
  readonly batchRowsMax: number;
}

/** Rows that a batch may have, so that it takes at most `serviceMsMax`. At least 1. */
export function rowCap(line: ServiceLine | null, policy: RowCapPolicy): number {
  if (line === null) return Math.min(policy.batchRowsFirst, policy.batchRowsMax);
  const rows = Math.floor((policy.serviceMsMax - line.fixedMs) / line.perRowMs);
  return Math.max(1, Math.min(policy.batchRowsMax, rows));
}
