/** Up to `length` bytes of a stored upload; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** What a stored upload says about itself. */
export interface VideoInfo {
  readonly type: "video/mp4" | "video/webm";
  readonly extension: "mp4" | "webm";
  /** Pixels, as it is seen: after the turn that a phone asks for. */
  readonly width: number;
  readonly height: number;
  /** null where it does not say: recorded live, or in fragments. */
  readonly durationMs: number | null;
  /** What to write over, so that place and time of the recording go and nothing moves. */
  readonly blanks: readonly Blank[];
}

/** `length` bytes from `offset` become `text`, then zeros. */
export interface Blank {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}
