import type { EmbeddedPost } from "../../../core/feed/schemas.ts";
import { onlineStore } from "../state/online.ts";
import { postPath, profilePath } from "../state/routes.ts";
import { Link } from "../ui/link.tsx";
import { Time } from "../ui/time.tsx";
import { useItemOf } from "../data/pending.ts";
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
          <PendingWord id={post.id} />
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

const PENDING_WORDS = { queued: "Waiting to send", sending: "Posting…", failed: "Not posted" };

function PendingWord({ id }: { id: string }) {
  const item = useItemOf(id);
  // Before its first try a post is as good as on its way.
  const fresh =
    item === undefined || (item.state === "queued" && onlineStore.get() && item.tries === 0);
  return <span>{fresh ? PENDING_WORDS.sending : PENDING_WORDS[item.state]}</span>;
}
