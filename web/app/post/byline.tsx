import type { EmbeddedPost } from "../../../core/feed/schemas.ts";
import { postPath, profilePath } from "../state/routes.ts";
import { Link } from "../ui/link.tsx";
import { Time } from "../ui/time.tsx";
import { AudienceBadge } from "./audience.tsx";

/** Who, when, and who may see it. */
export function Byline({ post, pending = false }: { post: EmbeddedPost; pending?: boolean }) {
  const { author } = post;
  return (
    <div class="byline">
      <Link class="author" to={profilePath(author.handle)}>
        <bdi class="name">{author.name}</bdi>
        <span class="handle">@{author.handle}</span>
      </Link>
      <span class="byline-meta">
        <span aria-hidden="true">·</span>
        {pending ? (
          <span>Posting…</span>
        ) : (
          <Link to={postPath(post.id)} class="quiet-link">
            <Time ms={post.createdAtMs} />
          </Link>
        )}
        <AudienceBadge audience={post.audience} />
      </span>
    </div>
  );
}
