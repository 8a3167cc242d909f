import { useReactions } from "../data/queries.ts";
import { PersonRow } from "../feed/person-row.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Empty, Failed, PersonSkeletons } from "../ui/states.tsx";
import { REACTION_WORDS } from "./reactions.tsx";

export function ReactionsDialog({ postId, onClose }: { postId: string; onClose: () => void }) {
  const query = useReactions(postId);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog title="Reactions" onClose={onClose}>
      <div class="dialog-list">
        {query.isPending && <PersonSkeletons count={3} />}
        {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && items.length === 0 && (
          <Empty icon="heart" title="No reactions yet" text="The first one could be yours." />
        )}
        {items.map(({ user, kind }) => (
          <PersonRow key={user.id} user={user} onVisit={onClose}>
            <span class="face" title={REACTION_WORDS[kind].label}>
              {REACTION_WORDS[kind].face}
              <span class="sr-only">{REACTION_WORDS[kind].label}</span>
            </span>
          </PersonRow>
        ))}
        {query.hasNextPage && (
          <button
            type="button"
            class="button button-quiet wide"
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </button>
        )}
      </div>
    </Dialog>
  );
}
