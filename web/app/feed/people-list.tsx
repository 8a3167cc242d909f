import type { ComponentChildren } from "preact";

import type { User, UserPage } from "../../../core/feed/schemas.ts";
import { flatten } from "../data/post-cache.ts";
import { Failed, PersonSkeletons } from "../ui/states.tsx";
import { PersonRow } from "./person-row.tsx";

interface PeopleQuery {
  readonly data: { readonly pages: UserPage[] } | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

interface Props {
  readonly query: PeopleQuery;
  readonly empty: ComponentChildren;
  readonly bio?: boolean;
  readonly renderActions?: (user: User) => ComponentChildren;
}

/** A paged list of people, with what can be done about each. */
export function PeopleList({ query, empty, bio = false, renderActions }: Props) {
  const people = flatten(query.data?.pages);
  if (query.isPending) return <PersonSkeletons />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (people.length === 0) return <>{empty}</>;
  return (
    <div class="people">
      {people.map((user) => (
        <PersonRow key={user.id} user={user} bio={bio}>
          {renderActions?.(user)}
        </PersonRow>
      ))}
      {query.hasNextPage && (
        <div class="list-end">
          <button
            type="button"
            class="button button-quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </button>
        </div>
      )}
    </div>
  );
}
