import { aboutOf, inWords } from "../data/about.ts";
import { outboxStore, sendAgain, sendNow, takeBack } from "../data/outbox.ts";
import { onlineStore } from "../state/online.ts";
import { createStore, useStore } from "../state/store.ts";
import { editPending } from "../post/pending-actions.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Time } from "../ui/time.tsx";

const openStore = createStore(false);
export const openOutboxDialog = (): void => openStore.set(true);

const STATE_WORDS = { queued: "Waiting", sending: "Being sent", failed: "Refused" } as const;

/** Everything that has not reached the server, and what can be done about each. */
export function OutboxDialog() {
  const open = useStore(openStore);
  const items = useStore(outboxStore);
  const online = useStore(onlineStore);
  if (!open) return null;
  const close = (): void => openStore.set(false);
  return (
    <Dialog title="Waiting to be sent" onClose={close}>
      <div class="dialog-list outbox">
        {items.length === 0 && <p class="outbox-none">Everything has been sent.</p>}
        <ul>
          {items.map((item) => {
            const about = aboutOf(item);
            return (
              <li key={item.id}>
                <span class="grow">
                  {inWords(about)}
                  <small>
                    {STATE_WORDS[item.state]} · <Time ms={item.queuedAtMs} />
                    {item.refusal !== null && ` · ${item.refusal.detail}`}
                  </small>
                </span>
                {about.kind === "post" && item.state !== "sending" && (
                  <button
                    type="button"
                    class="text-button"
                    onClick={() => {
                      close();
                      void editPending(item.id, about.post);
                    }}
                  >
                    Edit
                  </button>
                )}
                {item.state === "failed" && (
                  <button type="button" class="text-button" onClick={() => void sendAgain(item.id)}>
                    Try again
                  </button>
                )}
                {item.state !== "sending" && (
                  <button type="button" class="text-button" onClick={() => void takeBack(item.id)}>
                    Take back
                  </button>
                )}
              </li>
            );
          })}
        </ul>
        {items.length > 0 && (
          <div class="dialog-actions outbox-end">
            <button type="button" class="button button-quiet" disabled={!online} onClick={sendNow}>
              Send now
            </button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
