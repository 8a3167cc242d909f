import { isNotFound } from "../data/problem.ts";
import { useComments, usePost } from "../data/queries.ts";
import { plural } from "../format/count.ts";
import { PostCard } from "../post/post-card.tsx";
import { Page } from "../shell/page.tsx";
import { Comments } from "../post/comments.tsx";
import { Link } from "../ui/link.tsx";
import { Empty, Failed, PostSkeletons } from "../ui/states.tsx";

export function PostPage({ id }: { id: string }) {
  const query = usePost(id);
  // What has gone since it was read is gone; any other failure leaves what is there.
  const gone = isNotFound(query.error);
  const post = gone ? undefined : query.data;
  // The talk about a repost is the talk about its original.
  const comments = useComments(post?.repostOf?.id ?? id);
  return (
    <Page title="Post" back ready={!query.isPending && !comments.isPending}>
      {query.isPending && <PostSkeletons count={1} />}
      {query.isError &&
        post === undefined &&
        (gone ? (
          <Empty
            icon="comment"
            title="This post is not here"
            text="It was deleted, or it is not shared with you."
          >
            <Link class="button" to="/">
              Back to your feed
            </Link>
          </Empty>
        ) : (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ))}
      {post !== undefined && (
        <div class="thread">
          <PostCard post={post} />
          <h2 class="section-head">{plural((post.repostOf ?? post).counts.comments, "comment")}</h2>
          <Comments post={post.repostOf ?? post} query={comments} />
        </div>
      )}
    </Page>
  );
}
