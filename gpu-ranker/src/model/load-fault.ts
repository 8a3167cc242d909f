/** Why a version is not served. The codes are what the admin API answers and metrics count. */
export const LOAD_FAULTS = [
  "not_found",
  "bad_manifest",
  "schema_mismatch",
  "wrong_checksum",
  "bad_records",
  "no_provider",
  "golden_mismatch",
  "batch_dependence",
  "crashed",
  "timeout",
] as const;

export interface LoadFault {
  readonly code: (typeof LOAD_FAULTS)[number];
  readonly detail: string;
}
