import { useSuggested } from "../data/queries.ts";
import { FollowButton } from "../feed/follow-button.tsx";
import { PersonRow } from "../feed/person-row.tsx";
import { Link } from "../ui/link.tsx";
import { PersonSkeletons } from "../ui/states.tsx";
import { openHelp } from "./help-dialog.tsx";

const SHOWN = 5;

/** Beside the reading column on wide screens. */
export function Aside() {
  const query = useSuggested();
  const people = query.data?.items.slice(0, SHOWN) ?? [];
  return (
    <aside class="aside" aria-label="Suggestions">
      {(query.isPending || people.length > 0) && (
        <section class="card">
          <h2>People to meet</h2>
          {query.isPending && <PersonSkeletons count={3} />}
          {people.map((user) => (
            <PersonRow key={user.id} user={user}>
              <FollowButton user={user} />
            </PersonRow>
          ))}
          {people.length > 0 && (
            <Link class="card-more" to="/explore">
              See more
            </Link>
          )}
        </section>
      )}
      <footer class="aside-foot">
        <a href="/docs">API</a>
        <button type="button" class="quiet-link" onClick={openHelp}>
          Keyboard shortcuts
        </button>
        <span>Edgewise</span>
      </footer>
    </aside>
  );
}
