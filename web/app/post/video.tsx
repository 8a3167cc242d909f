import { useEffect, useRef } from "preact/hooks";

import type { Media } from "../../../core/feed/schemas.ts";
import { useSettings } from "../data/queries.ts";
import { mediaUrl } from "./media-url.ts";

/** Plays by itself only while in sight, without sound, and only for who wants that. */
function useAutoplay(videoRef: { readonly current: HTMLVideoElement | null }): boolean {
  const wanted = useSettings().data?.autoplay ?? false;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const plays = wanted && !still;
  useEffect(() => {
    const video = videoRef.current;
    if (!plays || video === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void video.play().catch(() => undefined);
        else video.pause();
      },
      { threshold: 0.6 },
    );
    observer.observe(video);
    return () => observer.disconnect();
  }, [plays, videoRef]);
  return plays;
}

export function Video({ media }: { media: Media }) {
  const videoRef = useRef<HTMLVideoElement>(null);
  const plays = useAutoplay(videoRef);
  return (
    <div class="media-video">
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- people upload no captions; their description names it */}
      <video
        ref={videoRef}
        src={mediaUrl(media.key)}
        width={media.width}
        height={media.height}
        controls
        preload="metadata"
        playsInline
        muted={plays}
        loop={plays}
        aria-label={media.alt === "" ? "Video" : `Video: ${media.alt}`}
      />
    </div>
  );
}
