import { useState } from "preact/hooks";

import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { api } from "../data/api.ts";
import { explain } from "../data/problem.ts";
import { showToast } from "../state/toasts.ts";

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Why a file cannot be sent, or null. */
function refusal(file: File): string | null {
  if (!IMAGE_TYPES.includes(file.type)) return `${file.name} is not a PNG, JPEG, WebP or GIF image`;
  if (file.size > LIMITS.mediaBytesMax) return `${file.name} is larger than 5 MB`;
  return null;
}

/** Uploads images as they are chosen, so that posting itself is quick. */
export function useUploads(have: number, onDone: (media: Media) => void) {
  const [busy, setBusy] = useState(0);

  const upload = async (file: File): Promise<void> => {
    setBusy((n) => n + 1);
    try {
      onDone(await api.uploadMedia(file));
    } catch (error) {
      showToast(`${file.name} was not added: ${explain(error)}`, { tone: "error" });
    } finally {
      setBusy((n) => n - 1);
    }
  };

  const add = (files: FileList | null): void => {
    const chosen = [...(files ?? [])];
    const room = LIMITS.postMediaMax - have - busy;
    if (chosen.length > room)
      showToast(`A post has at most ${LIMITS.postMediaMax} images`, { tone: "error" });
    for (const file of chosen.slice(0, Math.max(0, room))) {
      const why = refusal(file);
      if (why === null) void upload(file);
      else showToast(why, { tone: "error" });
    }
  };

  return { busy, add };
}
