import { useEffect, useState } from "preact/hooks";

import type { Media } from "../../../core/feed/schemas.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { imageSources, isVideo, mediaUrl } from "./media-url.ts";
import { Video } from "./video.tsx";

/** Taller than 4:5 is cropped in the feed; the lightbox shows the whole picture. */
const RATIO_MIN = 0.8;
const RATIO_MAX = 2.4;

/** One to four images or videos. Their space is known from their size, so nothing moves as they load. */
export function MediaGrid({ media }: { media: readonly Media[] }) {
  const [open, setOpen] = useState<number | null>(null);
  const [first] = media;
  const images = media.filter((item) => !isVideo(item));
  if (first === undefined) return null;
  const ratio = Math.min(RATIO_MAX, Math.max(RATIO_MIN, first.width / first.height));
  return (
    <div
      class={`media media-${media.length}`}
      style={media.length === 1 ? { aspectRatio: String(ratio) } : undefined}
    >
      {media.map((item, i) =>
        isVideo(item) ? (
          <Video key={item.key} media={item} />
        ) : (
          <button
            key={item.key}
            type="button"
            class="media-item"
            data-alt={item.alt === "" ? undefined : ""}
            aria-label={`Open image ${i + 1} of ${media.length}${item.alt === "" ? "" : `: ${item.alt}`}`}
            onClick={() => setOpen(images.indexOf(item))}
          >
            <img
              {...imageSources(item, media.length === 1 ? 1 : 2)}
              src={mediaUrl(item.key)}
              alt={item.alt}
              loading="lazy"
              decoding="async"
              width={item.width}
              height={item.height}
            />
          </button>
        ),
      )}
      {open !== null && <Lightbox media={images} start={open} onClose={() => setOpen(null)} />}
    </div>
  );
}

function Lightbox({
  media,
  start,
  onClose,
}: {
  media: readonly Media[];
  start: number;
  onClose: () => void;
}) {
  const [at, setAt] = useState(start);
  const item = media[at];
  const last = media.length - 1;
  const step = (by: 1 | -1): void => setAt((now) => Math.min(last, Math.max(0, now + by)));
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
      setAt((now) => Math.min(last, Math.max(0, now + by)));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [last]);
  if (item === undefined) return null;
  return (
    <Dialog
      title={`Image ${at + 1} of ${media.length}`}
      onClose={onClose}
      className="lightbox"
      bare
    >
      <img src={mediaUrl(item.key)} alt={item.alt} width={item.width} height={item.height} />
      {item.alt !== "" && <p class="lightbox-alt">{item.alt}</p>}
      <button type="button" class="icon-button lightbox-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
      {at > 0 && (
        <button
          type="button"
          class="icon-button lightbox-prev"
          aria-label="Previous image"
          onClick={() => step(-1)}
        >
          <Icon name="left" />
        </button>
      )}
      {at < last && (
        <button
          type="button"
          class="icon-button lightbox-next"
          aria-label="Next image"
          onClick={() => step(1)}
        >
          <Icon name="right" />
        </button>
      )}
    </Dialog>
  );
}
