import type { Media } from "../../../core/feed/schemas.ts";

/** Widths that the server makes, pixels. */
const VARIANTS = [320, 640, 960, 1280] as const;
/** What the reading column is wide, less its edges. */
const COLUMN_PX = 560;

export const isVideo = ({ key }: Pick<Media, "key">): boolean => /\.(?:mp4|webm)$/.test(key);

export const mediaUrl = (key: string): string => `/media/${key}`;

/** A face is small, whatever was uploaded. */
export const faceUrl = (key: string): string => `/media/${key}?w=${VARIANTS[0]}`;

/** Narrower copies, for the browser to choose from. A GIF may move, and has none. */
export function imageSources(
  { key, width }: Media,
  columns: 1 | 2,
): { readonly srcset?: string; readonly sizes?: string } {
  if (key.endsWith(".gif")) return {};
  const narrower = VARIANTS.filter((variant) => variant < width);
  if (narrower.length === 0) return {};
  const entries = narrower.map((variant) => `/media/${key}?w=${variant} ${variant}w`);
  return {
    srcset: [...entries, `/media/${key} ${width}w`].join(", "),
    sizes: `(max-width: 640px) ${100 / columns}vw, ${COLUMN_PX / columns}px`,
  };
}
