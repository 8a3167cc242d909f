import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { isVideo, mediaUrl } from "../post/media-url.ts";
import { Icon } from "../ui/icon.tsx";
import type { Upload } from "./uploads.ts";

interface Props {
  readonly media: readonly Media[];
  readonly uploads: readonly Upload[];
  readonly onChange: (media: readonly Media[]) => void;
}

const nameOf = (item: Media): string => (isVideo(item) ? "video" : "image");

/** The images and videos of a draft, each with its description for people who cannot see it. */
export function ImageTray({ media, uploads, onChange }: Props) {
  if (media.length + uploads.length === 0) return null;
  return (
    <div class="tray">
      {media.map((item, i) => (
        <div class="tray-item" key={item.key}>
          {isVideo(item) ? (
            <video src={mediaUrl(item.key)} muted playsInline preload="metadata" />
          ) : (
            <img src={mediaUrl(item.key)} alt={item.alt} />
          )}
          <button
            type="button"
            class="icon-button tray-remove"
            aria-label={`Remove ${nameOf(item)} ${i + 1}`}
            onClick={() => onChange(media.filter((_, other) => other !== i))}
          >
            <Icon name="close" size={16} />
          </button>
          <input
            type="text"
            placeholder={`Describe this ${nameOf(item)}`}
            aria-label={`Description of ${nameOf(item)} ${i + 1}`}
            maxLength={LIMITS.mediaAltCharsMax}
            value={item.alt}
            onInput={(event) => {
              const alt = event.currentTarget.value;
              onChange(media.map((other, at) => (at === i ? { ...other, alt } : other)));
            }}
          />
        </div>
      ))}
      {uploads.map(({ name, part }, i) => (
        <div class="tray-item tray-busy" key={`busy-${i}`}>
          <span class="tray-progress">
            {name}
            <progress
              aria-label={`Uploading ${name}`}
              max={1}
              {...(part !== null && { value: part })}
            />
          </span>
        </div>
      ))}
    </div>
  );
}
