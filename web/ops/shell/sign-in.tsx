import { useEffect, useState } from "preact/hooks";

import { ApiProblem } from "../../../client/problem.ts";
import type { DemoRole } from "../../../core/ops/overview.ts";
import { explain } from "../../app/data/problem.ts";
import { Logo } from "../../app/ui/logo.tsx";
import { clientWith } from "../data/api.ts";
import { operatorFrom, setOperator } from "../state/session.ts";

const DEMO_LABELS: Record<DemoRole, string> = {
  operator: "Sign in as operator (demo)",
  observer: "Sign in to look only (demo)",
};

export function SignInPage() {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const demo = useDemoRoles();

  const enter = async (given: () => Promise<string>): Promise<void> => {
    setBusy(true);
    setWrong(null);
    const refusal = await signIn(given);
    setWrong(refusal);
    setBusy(false);
  };
  useEffect(() => {
    document.title = "Sign in · Edgewise operations";
  }, []);
  return (
    <main class="ops-sign-in">
      <div class="card">
        <Logo size={44} />
        <h1>Edgewise operations</h1>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            void enter(async () => token.trim());
          }}
        >
          <label class="field">
            An operator's token
            <textarea
              name="token"
              rows={4}
              autocomplete="off"
              spellcheck={false}
              required
              value={token}
              aria-describedby="token-note"
              onInput={(event) => setToken(event.currentTarget.value)}
            />
            <small id="token-note">
              From your issuer, with the role operator, or observer to look only. It stays in this
              tab and is gone when the tab closes.
            </small>
          </label>
          {wrong !== null && (
            <p class="form-error" role="alert">
              {wrong}
            </p>
          )}
          <button type="submit" class="button wide" disabled={isBusy || token.trim() === ""}>
            Sign in
          </button>
        </form>
        {demo.map((role) => (
          <button
            key={role}
            type="button"
            class="button button-quiet wide"
            disabled={isBusy}
            onClick={() =>
              void enter(async () => (await clientWith(null).demoOperator(role)).token)
            }
          >
            {DEMO_LABELS[role]}
          </button>
        ))}
      </div>
    </main>
  );
}

/** Outside development there are none, and nothing is offered. */
function useDemoRoles(): readonly DemoRole[] {
  const [roles, setRoles] = useState<readonly DemoRole[]>([]);
  useEffect(() => {
    clientWith(null)
      .demoOperatorRoles()
      .then(
        (answer) => setRoles(answer.roles),
        () => setRoles([]),
      );
  }, []);
  return roles;
}

/** @returns why not, in a sentence; null: signed in. */
async function signIn(given: () => Promise<string>): Promise<string | null> {
  try {
    const operator = operatorFrom(await given());
    if (operator === null) return "That is not a token: it has three parts with dots between.";
    // The gateway decides; no section is asked for, so that this works while everything else is away.
    await clientWith(operator.token).opsOverview(["none"]);
    setOperator(operator);
    return null;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 403)
      return "This token is not an operator's: it has neither the role operator nor observer.";
    return explain(error);
  }
}
