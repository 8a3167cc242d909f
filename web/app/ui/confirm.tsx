import { createStore, useStore } from "../state/store.ts";
import { Dialog } from "./dialog.tsx";

interface Question {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly answer: (yes: boolean) => void;
}

const questionStore = createStore<Question | null>(null);

/** Asks before something that cannot be taken back. */
export const confirmed = (title: string, text: string, yes: string): Promise<boolean> =>
  new Promise((answer) => questionStore.set({ title, text, yes, answer }));

export function ConfirmHost() {
  const question = useStore(questionStore);
  if (question === null) return null;
  const close = (yes: boolean): void => {
    questionStore.set(null);
    question.answer(yes);
  };
  return (
    <Dialog title={question.title} onClose={() => close(false)} className="dialog-small" bare>
      <h2>{question.title}</h2>
      <p class="muted">{question.text}</p>
      <div class="dialog-actions">
        <button type="button" class="button button-quiet" onClick={() => close(false)}>
          Cancel
        </button>
        <button type="button" class="button button-danger" onClick={() => close(true)}>
          {question.yes}
        </button>
      </div>
    </Dialog>
  );
}
