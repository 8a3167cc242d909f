import { useState } from "preact/hooks";

import { Icon } from "../../app/ui/icon.tsx";
import { Link } from "../../app/ui/link.tsx";
import { Logo } from "../../app/ui/logo.tsx";
import { useStore } from "../../app/state/store.ts";
import type { PageSpec } from "../pages.ts";
import { operatorStore, setOperator } from "../state/session.ts";
import { Glyph } from "../ui/glyph.tsx";

/** The rail of a wide screen; on a narrow one a button opens it. */
export function Nav({ pages, here }: { pages: readonly PageSpec[]; here: string }) {
  const [isOpen, setOpen] = useState(false);
  const operator = useStore(operatorStore);
  return (
    <header class="ops-rail">
      <div class="ops-brand">
        <Logo size={30} />
        <span class="ops-brand-name">
          Edgewise <span class="muted">operations</span>
        </span>
        <button
          type="button"
          class="icon-button ops-menu"
          aria-label="Menu"
          aria-expanded={isOpen}
          aria-controls="ops-nav"
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? <Icon name="close" /> : <Glyph name="menu" />}
        </button>
      </div>
      <div id="ops-nav" class={`ops-nav ${isOpen ? "open" : ""}`}>
        <nav aria-label="Main">
          {pages.map((page) => (
            <Link
              key={page.path}
              class="ops-link"
              to={page.path}
              aria-current={page.path === here ? "page" : undefined}
              onClick={() => setOpen(false)}
            >
              <Glyph name={page.glyph} />
              {page.title}
            </Link>
          ))}
        </nav>
        <div class="ops-me">
          <span class="ops-who">
            <strong>{operator?.who}</strong>
            <span class="muted">{operator?.roles.join(", ")}</span>
          </span>
          <button type="button" class="text-button" onClick={() => setOperator(null)}>
            Sign out
          </button>
        </div>
      </div>
    </header>
  );
}
