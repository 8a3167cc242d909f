/** Bounds of uploads: part of `LIMITS`. */
export const MEDIA_LIMITS = {
  /** One uploaded image. */
  mediaBytesMax: 5_000_000,
  /**
   * What one user may upload at once, and in each further day: a holiday's album at once. It comes back
   * evenly. Stored, it costs some $0.22 a month of each user who sends as much every day of one.
   */
  uploadBytesPerDay: 500_000_000,
  uploadsPerDay: 200,
  /** Tries to note an upload beside others of the same user. */
  uploadNoteTries: 5,
  /** One uploaded video: a minute from a phone. It streams through, so memory is no bound; the platform's is 100 MB. */
  videoBytesMax: 50_000_000,
  /** Longer ones cannot look well in `videoBytesMax`. */
  videoMsMax: 600_000,
  /** Width times height of a video, pixels: what phones record and decode, 4096 x 2304. */
  videoPixelsMax: 9_437_184,
  /** Boxes looked at from the outside of an MP4, each up to one read of the bucket. */
  videoBoxesMax: 64,
  /** The index of an MP4 (`moov`): a two-hour film's is about this. */
  videoIndexBytesMax: 4_000_000,
  /** Read at once from the start of a video: the whole header of most, and of every WebM accepted. */
  videoHeadBytes: 65_536,
} as const;
