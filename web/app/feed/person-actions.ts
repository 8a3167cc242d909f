import type { User } from "../../../core/feed/schemas.ts";
import { relate } from "../data/people-writes.ts";
import { showToast } from "../state/toasts.ts";
import { confirmed } from "../ui/confirm.tsx";

export async function muteWithUndo(user: User): Promise<void> {
  if (!(await relate(user, "mute", true))) return;
  showToast(`Muted @${user.handle}`, {
    action: { label: "Undo", run: () => void relate(user, "mute", false) },
  });
}

export async function blockWithUndo(user: User): Promise<void> {
  const sure = await confirmed(
    `Block @${user.handle}?`,
    "You will not see each other's posts, and any follow or friendship between you ends.",
    "Block",
  );
  if (!sure || !(await relate(user, "block", true))) return;
  showToast(`Blocked @${user.handle}`, {
    action: { label: "Undo", run: () => void relate(user, "block", false) },
  });
}
