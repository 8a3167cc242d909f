import { useState } from "preact/hooks";

import { ApiProblem } from "../../../client/problem.ts";
import { newKey } from "../../../client/transport.ts";
import { explain } from "../../app/data/problem.ts";
import { navigate } from "../../app/state/location.ts";
import { useStore } from "../../app/state/store.ts";
import { showToast } from "../../app/state/toasts.ts";
import { Link } from "../../app/ui/link.tsx";
import { client } from "../data/api.ts";
import { refreshNow } from "../data/sections.ts";
import { EMPTY_WISH, FLAG_CHOICES, type Typed, wishFrom, type Wrong } from "../rollout-wish.ts";
import { operatorStore, whyNotAct } from "../state/session.ts";
import { TextField } from "../ui/text-field.tsx";

/** Drafts a rollout. What the register's schema refuses is said beside the field that it names. */
export function RolloutForm() {
  const [typed, setTyped] = useState<Typed>(EMPTY_WISH);
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [key, setKey] = useState(newKey);
  const whyNot = whyNotAct(useStore(operatorStore));
  const type = (change: Partial<Typed>): void => {
    setTyped({ ...typed, ...change });
    setKey(newKey()); // Another wish; the same one again is the same draft.
  };

  const send = async (): Promise<void> => {
    const wish = wishFrom(typed);
    setWrong(wish.wrong);
    if (wish.wrong !== null) return;
    setBusy(true);
    try {
      const made = await client().createRollout(wish.value, { idempotencyKey: key });
      showToast(`${made.id} is drafted. Start it when you are ready.`);
      refreshNow();
      navigate(`/ops/rollouts/${made.id}`);
    } catch (error) {
      const field = error instanceof ApiProblem ? error.field : null;
      setWrong({ field: field ?? "", why: explain(error) });
    }
    setBusy(false);
  };
  const field = (name: keyof Typed, paths: string) => ({
    value: typed[name],
    wrong: wrong !== null && wrong.field.startsWith(paths) ? wrong.why : null,
    onType: (text: string) => type({ [name]: text }),
  });
  const isElsewhere =
    wrong !== null &&
    !["id", "treatment", "plan.stages", "plan.bakeMs", "plan.sample", "reason"].some((path) =>
      wrong.field.startsWith(path),
    );

  return (
    <section class="card form-card" aria-label="New rollout">
      <Link to="/ops/rollouts">All rollouts</Link>
      <h2>New rollout</h2>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField label="Name" note="a-z, 0-9 and -, such as weights-7" {...field("id", "id")} />
        <label class="field">
          Flag
          <select
            class="select"
            value={typed.flag}
            onChange={(event) => {
              const flag = event.currentTarget.value;
              const choice = FLAG_CHOICES.find((one) => one.key === flag);
              if (choice !== undefined) type({ flag: choice.key, treatment: choice.initial });
            }}
          >
            {FLAG_CHOICES.map(({ key: name, about }) => (
              <option key={name} value={name}>
                {name}: {about}
              </option>
            ))}
          </select>
        </label>
        <TextField
          label="Treatment"
          note="JSON. It begins as what everybody has."
          rows={6}
          mono
          {...field("treatment", "treatment")}
        />
        <TextField
          label="Stages"
          note="Shares of viewers in percent, with commas between; the last is 100."
          {...field("stages", "plan.stages")}
        />
        <TextField
          label="Minutes of each stage at least"
          {...field("bakeMinutes", "plan.bakeMs")}
        />
        <TextField
          label="Pages that each arm needs at least"
          {...field("pages", "plan.sample.pages")}
        />
        <TextField
          label="Viewers that each arm needs at least"
          {...field("viewers", "plan.sample.viewers")}
        />
        <TextField label="Reason" note="Kept in the audit log." {...field("reason", "reason")} />
        {isElsewhere && (
          <p class="form-error" role="alert">
            {wrong.why}
          </p>
        )}
        {whyNot !== null && <p class="muted">{whyNot}</p>}
        <div class="row">
          <button type="submit" class="button" disabled={isBusy || whyNot !== null}>
            Draft it
          </button>
        </div>
      </form>
    </section>
  );
}
