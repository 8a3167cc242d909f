import { useState } from "preact/hooks";

import { isSignedOut } from "../../../client/problem.ts";
import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { api } from "../data/api.ts";
import { explain } from "../data/problem.ts";
import { showToast } from "../state/toasts.ts";
import { tellProgress } from "./upload-fetch.ts";

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
export const VIDEO_TYPES = ["video/mp4", "video/webm"];

/** A file on its way. */
export interface Upload {
  readonly name: string;
  /** 0 to 1; null until it is known. */
  readonly part: number | null;
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1_000_000)} MB`;

/** Why a file cannot be sent, or null. */
function refusal(file: File, types: readonly string[]): string | null {
  if (!types.includes(file.type)) {
    const videos = types.includes(VIDEO_TYPES[0] ?? "") ? ", nor an MP4 or WebM video" : "";
    return `${file.name} is not a PNG, JPEG, WebP or GIF image${videos}`;
  }
  const max = VIDEO_TYPES.includes(file.type) ? LIMITS.videoBytesMax : LIMITS.mediaBytesMax;
  return file.size > max ? `${file.name} is larger than ${megabytes(max)}` : null;
}

/** Uploads files as they are chosen, so that posting itself is quick. */
export function useUploads(
  have: number,
  onDone: (media: Media) => void,
  types: readonly string[] = IMAGE_TYPES,
) {
  const [uploads, setUploads] = useState<ReadonlyMap<File, Upload>>(new Map());
  const set = (file: File, upload: Upload | null): void =>
    setUploads((before) => {
      const next = new Map(before);
      if (upload === null) next.delete(file);
      else next.set(file, upload);
      return next;
    });

  const upload = async (file: File): Promise<void> => {
    set(file, { name: file.name, part: null });
    tellProgress(file, (part) => set(file, { name: file.name, part }));
    try {
      onDone(await api().uploadMedia(file));
    } catch (error) {
      if (isSignedOut(error)) return;
      showToast(`${file.name} was not added: ${explain(error)}`, { tone: "error" });
    } finally {
      set(file, null);
    }
  };

  const add = (files: FileList | null): void => {
    const chosen = [...(files ?? [])];
    const room = LIMITS.postMediaMax - have - uploads.size;
    if (chosen.length > room)
      showToast(`A post has at most ${LIMITS.postMediaMax} images or videos`, { tone: "error" });
    for (const file of chosen.slice(0, Math.max(0, room))) {
      const why = refusal(file, types);
      if (why === null) void upload(file);
      else showToast(why, { tone: "error" });
    }
  };

  return { uploads: [...uploads.values()], busy: uploads.size, add };
}
