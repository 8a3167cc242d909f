import { useStore } from "../state/store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Composer } from "./composer.tsx";
import { closeComposer, composerStore } from "./open.ts";

export function ComposerDialog() {
  const request = useStore(composerStore);
  if (request === null) return null;
  return (
    <Dialog
      title={request.quote === null ? "New post" : "Quote"}
      onClose={closeComposer}
      className="dialog-composer"
    >
      <Composer quote={request.quote} focused onSent={closeComposer} />
    </Dialog>
  );
}
