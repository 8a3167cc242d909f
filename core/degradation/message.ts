import type { Effects } from "./effects.ts";

/** What a reader is told, who neither knows nor needs to know what a level is; null: nothing they would notice. */
export function messageOf({ level, readOnly }: Pick<Effects, "level" | "readOnly">): string | null {
  if (readOnly)
    return "We have connectivity issues. You can go on reading, but nothing can be posted or changed for now.";
  if (level === 4)
    return "Your region has a problem, and another one answers for it. It may be slower, and some things may not work for a while.";
  if (level === 2) return "We are busy. Your feed shows the newest posts of your friends first.";
  return null;
}
