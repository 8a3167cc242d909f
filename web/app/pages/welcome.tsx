import { useEffect, useState } from "preact/hooks";

import { LIMITS } from "../../../core/limits.ts";
import { signIn, signUp } from "../data/api.ts";
import { explain } from "../data/problem.ts";
import { useDemoUsers } from "../data/queries.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Logo } from "../ui/logo.tsx";

const HANDLE = "[a-z0-9_]{2,30}";
const FACES_MAX = 8;

/** The way in: a demo person, a known handle, or a new account. */
export function WelcomePage() {
  const [mode, setMode] = useState<"sign-in" | "sign-up">("sign-in");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Welcome to Edgewise";
  }, []);
  const enter = async (come: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await come();
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return (
    <main class="welcome" id="main">
      <section class="welcome-intro">
        <Logo size={56} />
        <h1>Edgewise</h1>
        <p class="welcome-line">Get a word in.</p>
        <p class="muted">
          A calm feed from people you chose, newest first. No tricks to keep you here; every page
          says how it was made.
        </p>
      </section>
      <section
        class="welcome-card"
        aria-label={mode === "sign-in" ? "Sign in" : "Create an account"}
      >
        {error !== null && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        {mode === "sign-in" ? (
          <SignIn busy={busy} onSignIn={(handle) => void enter(() => signIn(handle))} />
        ) : (
          <SignUp
            busy={busy}
            onSignUp={(handle, name, bio) => void enter(() => signUp({ handle, name, bio }))}
          />
        )}
        <button
          type="button"
          class="text-button"
          onClick={() => {
            setError(null);
            setMode(mode === "sign-in" ? "sign-up" : "sign-in");
          }}
        >
          {mode === "sign-in" ? "New here? Create an account" : "I have an account"}
        </button>
      </section>
    </main>
  );
}

function SignIn({ busy, onSignIn }: { busy: boolean; onSignIn: (handle: string) => void }) {
  const demo = useDemoUsers();
  const [handle, setHandle] = useState("");
  const people = demo.data?.items.slice(0, FACES_MAX) ?? [];
  return (
    <>
      {(demo.isPending || people.length > 0) && (
        <>
          <h2>Step in as someone</h2>
          <div class="faces">
            {demo.isPending &&
              Array.from({ length: FACES_MAX }, (_, i) => (
                <span key={i} class="face-button face-bone" aria-hidden="true">
                  <span class="bone bone-face" />
                  <span class="bone" />
                </span>
              ))}
            {people.map((user) => (
              <button
                key={user.id}
                type="button"
                class="face-button"
                disabled={busy}
                onClick={() => onSignIn(user.handle)}
              >
                <Avatar user={user} size={52} />
                <bdi class="name">{user.name}</bdi>
                <span class="handle">@{user.handle}</span>
              </button>
            ))}
          </div>
        </>
      )}
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          onSignIn(handle.trim().replace(/^@/, "").toLowerCase());
        }}
      >
        <label class="field">
          <span>{demo.isPending || people.length > 0 ? "Or enter a handle" : "Your handle"}</span>
          <input
            name="handle"
            placeholder="ada"
            required
            autocapitalize="none"
            autocomplete="username"
            spellcheck={false}
            value={handle}
            onInput={(event) => setHandle(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button wide" disabled={busy || handle.trim() === ""}>
          Sign in
        </button>
      </form>
    </>
  );
}

interface SignUpProps {
  readonly busy: boolean;
  readonly onSignUp: (handle: string, name: string, bio: string) => void;
}

function SignUp({ busy, onSignUp }: SignUpProps) {
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const field = (name: string): string => String(data.get(name) ?? "").trim();
        onSignUp(field("handle"), field("name"), field("bio"));
      }}
    >
      <h2>Create an account</h2>
      <label class="field">
        <span>Name</span>
        <input name="name" required maxLength={LIMITS.nameCharsMax} autocomplete="name" />
      </label>
      <label class="field">
        <span>Handle</span>
        <input
          name="handle"
          required
          pattern={HANDLE}
          title="2 to 30 of a-z, 0-9 and _"
          autocapitalize="none"
          autocomplete="username"
          spellcheck={false}
        />
        <small>2 to 30 of a-z, 0-9 and _. It cannot be changed later.</small>
      </label>
      <label class="field">
        <span>
          Bio <small>optional</small>
        </span>
        <textarea name="bio" rows={2} maxLength={LIMITS.bioCharsMax} />
      </label>
      <button type="submit" class="button wide" disabled={busy}>
        Create account
      </button>
    </form>
  );
}
