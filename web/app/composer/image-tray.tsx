import type { Media } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { Icon } from "../ui/icon.tsx";

interface Props {
  readonly media: readonly Media[];
  readonly uploading: number;
  readonly onChange: (media: readonly Media[]) => void;
}

/** The images of a draft, each with its description for people who cannot see it. */
export function ImageTray({ media, uploading, onChange }: Props) {
  if (media.length + uploading === 0) return null;
  return (
    <div class="tray">
      {media.map((item, i) => (
        <div class="tray-item" key={item.key}>
          <img src={`/media/${item.key}`} alt={item.alt} />
          <button
            type="button"
            class="icon-button tray-remove"
            aria-label={`Remove image ${i + 1}`}
            onClick={() => onChange(media.filter((_, other) => other !== i))}
          >
            <Icon name="close" size={16} />
          </button>
          <input
            type="text"
            placeholder="Describe this image"
            aria-label={`Description of image ${i + 1}`}
            maxLength={LIMITS.mediaAltCharsMax}
            value={item.alt}
            onInput={(event) => {
              const alt = event.currentTarget.value;
              onChange(media.map((other, at) => (at === i ? { ...other, alt } : other)));
            }}
          />
        </div>
      ))}
      {Array.from({ length: uploading }, (_, i) => (
        <div
          class="tray-item tray-busy"
          key={`busy-${i}`}
          role="status"
          aria-label="Uploading image"
        />
      ))}
    </div>
  );
}
