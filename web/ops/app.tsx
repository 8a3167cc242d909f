import { useEffect, useRef } from "preact/hooks";

import { placeStore } from "../app/state/location.ts";
import { useStore } from "../app/state/store.ts";
import { ToastHost } from "../app/ui/toast-host.tsx";
import { startSections } from "./data/sections.ts";
import { PAGES, pageAt } from "./pages.ts";
import { SignInPage } from "./shell/sign-in.tsx";
import { Nav } from "./shell/nav.tsx";
import { TopBar } from "./shell/top-bar.tsx";
import { operatorStore } from "./state/session.ts";
import { ActionHost } from "./ui/action.tsx";
import { NotFound } from "./ui/not-found.tsx";

export function App() {
  const operator = useStore(operatorStore);
  return (
    <>
      {operator === null ? <SignInPage /> : <Dashboard key={operator.token} />}
      <ToastHost />
    </>
  );
}

function Dashboard() {
  const place = useStore(placeStore);
  const mainRef = useRef<HTMLElement>(null);
  const firstRef = useRef(true);
  useEffect(startSections, []);
  const found = pageAt(place.path);
  const title = found?.page.title ?? "No such page";
  useEffect(() => {
    document.title = `${title} · Edgewise operations`;
  }, [title]);
  useEffect(() => {
    // A new page is read from its start; the page of a first visit is left alone.
    if (!firstRef.current) mainRef.current?.focus({ preventScroll: true });
    firstRef.current = false;
    scrollTo(0, 0);
  }, [place.key]);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <div class="ops">
        <Nav pages={PAGES} here={found?.page.path ?? ""} />
        <div class="ops-column">
          <TopBar title={title} />
          <main id="main" class="ops-main" ref={mainRef} tabIndex={-1}>
            {found === null ? (
              <NotFound what="page" back="/ops" />
            ) : (
              <found.page.component key={place.key} rest={found.rest} />
            )}
          </main>
        </div>
      </div>
      <ActionHost />
    </>
  );
}
