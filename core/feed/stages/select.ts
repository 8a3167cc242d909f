import type { Post } from "../schemas.ts";
import type { HiddenTally } from "../visibility.ts";

/**
 * Puts `post` on the page unless the page already shows the same content: of several
 * reposts the newest stays, and an original takes the place of all its reposts.
 */
export function placeOnce(page: Post[], post: Post, hidden: HiddenTally): void {
  const content = post.repostOf?.id;
  if (
    content !== undefined &&
    page.some((shown) => shown.id === content || shown.repostOf?.id === content)
  ) {
    hidden.add("duplicate");
    return;
  }
  const repost = page.findIndex((shown) => shown.repostOf?.id === post.id);
  if (repost >= 0) {
    page.splice(repost, 1);
    hidden.add("duplicate");
  }
  page.push(post);
}
