import { useState } from "preact/hooks";

import type { User } from "../../../core/feed/schemas.ts";
import { relate } from "../data/people-writes.ts";
import { useOwnList } from "../data/queries.ts";
import { PeopleList } from "../feed/people-list.tsx";
import { Page } from "../shell/page.tsx";
import { Link } from "../ui/link.tsx";
import { Empty } from "../ui/states.tsx";

export function RequestsPage() {
  const query = useOwnList("friend-requests");
  return (
    <Page title="Friend requests" ready={!query.isPending}>
      <PeopleList
        query={query}
        bio
        renderActions={(user) => <Answer user={user} />}
        empty={
          <Empty
            icon="people"
            title="No requests waiting"
            text="When someone asks to be friends, you decide here."
          >
            <Link class="button button-quiet" to="/explore">
              Find people
            </Link>
          </Empty>
        }
      />
    </Page>
  );
}

/** Stays in place after the answer, so that the list does not shift under the pointer. */
function Answer({ user }: { user: User }) {
  const [answer, setAnswer] = useState<"none" | "yes" | "no">("none");
  const decide = async (yes: boolean): Promise<void> => {
    setAnswer(yes ? "yes" : "no");
    if (!(await relate(user, "friend", yes))) setAnswer("none");
  };
  if (answer !== "none")
    return <span class="muted">{answer === "yes" ? "Friends" : "Declined"}</span>;
  return (
    <span class="row-actions">
      <button
        type="button"
        class="button button-small button-quiet"
        aria-label={`Decline ${user.name}`}
        onClick={() => void decide(false)}
      >
        Decline
      </button>
      <button
        type="button"
        class="button button-small"
        aria-label={`Accept ${user.name}`}
        onClick={() => void decide(true)}
      >
        Accept
      </button>
    </span>
  );
}
