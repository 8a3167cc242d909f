import { createStore, useStore } from "../state/store.ts";
import { Dialog } from "../ui/dialog.tsx";

const helpStore = createStore(false);
export const openHelp = (): void => helpStore.set(true);

const KEYS: readonly (readonly [string, string])[] = [
  ["j", "Next post"],
  ["k", "Previous post"],
  ["Enter", "Open the post"],
  ["l", "Like, or take it back"],
  ["c", "Comment"],
  ["r", "Repost or quote"],
  ["n", "New post"],
  [".", "Show the newest posts"],
  ["w", "Why is this here?"],
  ["h", "Home"],
  ["e", "Explore"],
  ["p", "Your profile"],
  ["g n", "Notifications"],
  ["g r", "Friend requests"],
  ["g s", "Settings"],
  ["g h", "Home; also g e, g p"],
  ["↑", "On the heart: other reactions"],
  ["← →", "Between images; Esc closes"],
  ["Ctrl Enter", "Send what you wrote"],
  ["?", "This help"],
];

export function HelpDialog() {
  const open = useStore(helpStore);
  if (!open) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => helpStore.set(false)} className="dialog-keys">
      <dl class="keys">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
