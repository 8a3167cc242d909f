import { useState } from "preact/hooks";

import type { User } from "../../../core/feed/schemas.ts";
import { faceUrl } from "../post/media-url.ts";
import { hueOf, initialsOf } from "../format/face.ts";

type Face = Pick<User, "id" | "name" | "avatar">;

/** The picture, or initials on a colour of the person's own. The name stands beside it. */
export function Avatar({ user, size = 44 }: { user: Face; size?: number }) {
  const box = { width: size, height: size };
  const [broken, setBroken] = useState<string | null>(null);
  if (user.avatar !== null && user.avatar !== broken) {
    return (
      <img
        class="avatar"
        style={box}
        src={faceUrl(user.avatar)}
        alt=""
        loading="lazy"
        onError={() => setBroken(user.avatar)}
      />
    );
  }
  const style = { ...box, fontSize: Math.round(size * 0.38), "--hue": hueOf(user.id) };
  return (
    <span
      class="avatar avatar-drawn"
      style={style}
      data-initials={initialsOf(user.name)}
      aria-hidden="true"
    />
  );
}
