import { useState } from "preact/hooks";

import { ApiProblem } from "../../../client/problem.ts";
import { newKey } from "../../../client/transport.ts";
import { explain } from "../../app/data/problem.ts";
import { useStore } from "../../app/state/store.ts";
import { showToast } from "../../app/state/toasts.ts";
import { Dialog } from "../../app/ui/dialog.tsx";
import { client } from "../data/api.ts";
import { refreshNow } from "../data/sections.ts";
import { changesOf, type Seen } from "../seen.ts";
import { type Action, actionStore } from "./action-store.ts";

/** Every action of the dashboard goes through this dialog. */
export function ActionHost() {
  const action = useStore(actionStore);
  return action === null ? null : <ActionDialog action={action} />;
}

interface Conflict {
  readonly why: string;
  readonly changes: ReturnType<typeof changesOf>;
}

function ActionDialog({ action }: { action: Action }) {
  const [reason, setReason] = useState(action.reasonDefault ?? "");
  const [minutes, setMinutes] = useState(String(action.minutes?.usual ?? 0));
  const [seen, setSeen] = useState<Seen>(action.seen);
  const [key, setKey] = useState(newKey);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const close = (): void => actionStore.set(null);
  /** What was sent last: other words are another decision, and a key stands for one. */
  const [said, setSaid] = useState<string | null>(null);

  const send = async (): Promise<void> => {
    setBusy(true);
    setWrong(null);
    const words = JSON.stringify([reason.trim(), Number(minutes)]);
    const idempotencyKey = said === null || said === words ? key : newKey();
    setSaid(words);
    setKey(idempotencyKey);
    try {
      const filled = {
        reason: reason.trim(),
        minutes: Number(minutes),
        revision: seen.revision,
        idempotencyKey,
      };
      showToast(await action.send(client(), filled));
      close();
      refreshNow();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 409) await explainConflict(error);
      else setWrong(explain(error));
    }
    setBusy(false);
  };

  const explainConflict = async (error: ApiProblem): Promise<void> => {
    refreshNow();
    try {
      const now = await action.lookAgain(client());
      setConflict({ why: explain(error), changes: changesOf(seen, now) });
      setSeen(now);
      setKey(newKey()); // Another decision, on another state.
    } catch (failed) {
      setWrong(`${explain(error)} What holds now could not be read: ${explain(failed)}`);
    }
  };

  return (
    <Dialog title={action.title} onClose={close} className="dialog-action" bare>
      <h2>{action.title}</h2>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p>{action.effect}</p>
        {conflict !== null && <ConflictNote conflict={conflict} />}
        {action.minutes !== undefined && (
          <label class="field">
            For how many minutes
            <input
              type="number"
              required
              min={1}
              max={action.minutes.max}
              step={1}
              value={minutes}
              onInput={(event) => setMinutes(event.currentTarget.value)}
            />
            <small>It ends by itself; {action.minutes.max} at most.</small>
          </label>
        )}
        <label class="field">
          Reason
          <textarea
            rows={2}
            required
            data-first-focus={action.reasonDefault === undefined ? "" : undefined}
            maxLength={action.reasonCharsMax}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          <small>
            Kept in the audit log, with your name. {reason.length} of {action.reasonCharsMax}{" "}
            characters.
          </small>
        </label>
        {wrong !== null && (
          <p class="form-error" role="alert">
            {wrong}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button button-quiet" onClick={close}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${action.danger === true ? "button-danger" : ""}`}
            data-first-focus={action.reasonDefault === undefined ? undefined : ""}
            disabled={isBusy || reason.trim() === ""}
          >
            {conflict === null ? action.yes : `${action.yes} all the same`}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function ConflictNote({ conflict: { why, changes } }: { conflict: Conflict }) {
  return (
    <div class="conflict" role="alert">
      <strong>Something changed since you looked; nothing was done.</strong>
      {changes.length === 0 ? (
        <p>{why}</p>
      ) : (
        <ul>
          {changes.map(({ label, was, is }) => (
            <li key={label}>
              {label}: <s>{was}</s> → <strong>{is}</strong>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
