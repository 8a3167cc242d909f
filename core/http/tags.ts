import type { Comment, CommentPage, EmbeddedPost, PostPage, Post, User } from "../feed/schemas.ts";

/** Names of what a public page shows: `Cache-Tag`s, short and without spaces. */
export const postTag = (id: string): string => `post-${id}`;
export const userTag = (id: string): string => `user-${id}`;
export const commentTag = (id: string): string => `comment-${id}`;

export const tagsOfUser = (user: User): string[] => [userTag(user.id)];

/** A post with what it reposts or quotes: both go when either does. */
export function tagsOfPost(post: Post): string[] {
  const shown: (EmbeddedPost | null | undefined)[] = [post, post.repostOf, post.quoteOf];
  return unique(
    shown.flatMap((one) =>
      one === null || one === undefined ? [] : [postTag(one.id), userTag(one.author.id)],
    ),
  );
}

export const tagsOfPosts = ({ items }: PostPage): string[] => unique(items.flatMap(tagsOfPost));

export const tagsOfComments = (postId: string, { items }: CommentPage): string[] =>
  unique([postTag(postId), ...items.flatMap(tagsOfComment)]);

const tagsOfComment = ({ id, author }: Comment): string[] => [commentTag(id), userTag(author.id)];

const unique = (tags: readonly string[]): string[] => [...new Set(tags)];
