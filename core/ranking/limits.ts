/** Bounds of ranking's data: unit in the name, reason beside the number. */
export const RANKING_LIMITS = {
  /** Size of a weight: above, one head would drown all others. */
  weightMax: 1_000,
  /** Places of one logged slate: a page is 50 at most, a whole ranked pool 500. */
  logPlaceMax: 500,
  logIdCharsMax: 64,
  /** One line of a log segment: 63 numbers of up to 16 characters, ids and names, with room. */
  logLineCharsMax: 4_096,
} as const;
