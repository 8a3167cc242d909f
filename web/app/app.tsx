import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "preact/hooks";

import type { User } from "../../core/feed/schemas.ts";
import { ComposerDialog } from "./composer/composer-dialog.tsx";
import { openComposer } from "./composer/open.ts";
import { account } from "./data/account.ts";
import { onEnd } from "./data/endings.ts";
import { restoreFeed } from "./data/feed-query.ts";
import { openOutbox } from "./data/outbox.ts";
import { useSettings } from "./data/queries.ts";
import { queryClient } from "./data/query-client.ts";
import { WhyDialog } from "./feed/why-dialog.tsx";
import { startLive } from "./live/live.ts";
import { ExplorePage } from "./pages/explore.tsx";
import { HomePage } from "./pages/home.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { NotificationsPage } from "./pages/notifications.tsx";
import { PostPage } from "./pages/post.tsx";
import { ProfilePage } from "./pages/profile.tsx";
import { RequestsPage } from "./pages/requests.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { WelcomePage } from "./pages/welcome.tsx";
import { Aside } from "./shell/aside.tsx";
import { HelpDialog } from "./shell/help-dialog.tsx";
import { onShortcut } from "./shell/keyboard.ts";
import { LevelBanner } from "./shell/level-banner.tsx";
import { Nav } from "./shell/nav.tsx";
import { OutboxDialog } from "./shell/outbox-dialog.tsx";
import { StatusStrip } from "./shell/status-strip.tsx";
import { placeStore } from "./state/location.ts";
import { matchRoute, type Route } from "./state/routes.ts";
import { sessionStore } from "./state/session.ts";
import { useStore } from "./state/store.ts";
import { setTheme } from "./state/theme.ts";
import { ConfirmHost } from "./ui/confirm.tsx";
import { ToastHost } from "./ui/toast-host.tsx";

export function App() {
  const session = useStore(sessionStore);
  if (session === null) {
    return (
      <QueryClientProvider client={queryClient}>
        <WelcomePage />
        <ToastHost />
      </QueryClientProvider>
    );
  }
  const { user } = session;
  return (
    <QueryClientProvider key={user.id} client={queryClient}>
      <SignedIn user={user} />
    </QueryClientProvider>
  );
}

/** What this device kept of the reader's pages is read before the first page shows. */
function useRestored(userId: string): boolean {
  const [restored, setRestored] = useState(false);
  useEffect(() => {
    const reader = account();
    if (reader?.userId === userId) openOutbox(reader, onEnd);
    // Failing, such as when the reader leaves meanwhile, brings back nothing.
    void restoreFeed()
      .catch(() => undefined)
      .then(() => setRestored(true));
  }, [userId]);
  return restored;
}

function SignedIn({ user }: { user: User }) {
  const place = useStore(placeStore);
  const restored = useRestored(user.id);
  const theme = useSettings().data?.theme;
  const mainRef = useRef<HTMLElement>(null);
  const firstRef = useRef(true);
  useEffect(() => {
    if (theme !== undefined) setTheme(theme);
  }, [theme]);
  useEffect(() => {
    addEventListener("keydown", onShortcut);
    return () => removeEventListener("keydown", onShortcut);
  }, []);
  useEffect(() => {
    const reader = account();
    return reader?.userId === user.id ? startLive(reader) : undefined;
  }, [user.id]);
  useEffect(() => {
    // A shortcut of the installed app: its icon's menu.
    if (location.search === "?compose") openComposer();
  }, []);
  useEffect(() => {
    // A new page is read from its start; the page of a first visit is left alone.
    if (!firstRef.current && !mainRef.current?.contains(document.activeElement)) {
      mainRef.current?.focus({ preventScroll: true });
    }
    firstRef.current = false;
  }, [place.key]);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <div class="shell">
        <Nav user={user} path={place.path} />
        <main id="main" class="column" ref={mainRef} tabIndex={-1}>
          <LevelBanner />
          {restored && <Pages key={place.key} route={matchRoute(place.path)} />}
          <StatusStrip />
        </main>
        {place.path !== "/explore" && <Aside />}
      </div>
      <ComposerDialog />
      <HelpDialog />
      <OutboxDialog />
      <WhyDialog />
      <ConfirmHost />
      <ToastHost />
    </>
  );
}

function Pages({ route }: { route: Route }) {
  switch (route.at) {
    case "home":
      return <HomePage />;
    case "explore":
      return <ExplorePage />;
    case "notifications":
      return <NotificationsPage />;
    case "requests":
      return <RequestsPage />;
    case "settings":
      return <SettingsPage />;
    case "post":
      return <PostPage id={route.id} />;
    case "profile":
      return <ProfilePage handle={route.handle} tab={route.tab} />;
    case "not-found":
      return <NotFoundPage />;
  }
}
