import { useState } from "preact/hooks";

import { useSuggested } from "../data/queries.ts";
import { FollowButton } from "../feed/follow-button.tsx";
import { PersonRow } from "../feed/person-row.tsx";
import { Page } from "../shell/page.tsx";
import { navigate } from "../state/location.ts";
import { profilePath } from "../state/routes.ts";
import { Icon } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Empty, Failed, PersonSkeletons } from "../ui/states.tsx";

export function ExplorePage() {
  const query = useSuggested();
  const people = query.data?.items ?? [];
  return (
    <Page title="Explore" ready={!query.isPending}>
      <GoToHandle />
      <h2 class="section-head">People to meet</h2>
      {query.isPending && <PersonSkeletons count={6} />}
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && people.length === 0 && (
        <Empty
          icon="people"
          title="You know everyone"
          text="There is nobody left to suggest right now."
        >
          <Link class="button button-quiet" to="/">
            Back to your feed
          </Link>
        </Empty>
      )}
      {people.map((user) => (
        <PersonRow key={user.id} user={user} bio>
          <FollowButton user={user} />
        </PersonRow>
      ))}
    </Page>
  );
}

function GoToHandle() {
  const [text, setText] = useState("");
  const handle = text.trim().replace(/^@/, "").toLowerCase();
  return (
    <form
      class="go-to"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (handle !== "") navigate(profilePath(handle));
      }}
    >
      <label class="search">
        <span aria-hidden="true">@</span>
        <input
          type="text"
          placeholder="Go to a handle"
          aria-label="Go to a handle"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="icon-button" aria-label="Go" disabled={handle === ""}>
        <Icon name="right" />
      </button>
    </form>
  );
}
