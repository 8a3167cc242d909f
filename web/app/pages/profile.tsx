import type { Profile } from "../../../core/feed/schemas.ts";
import type { UserList } from "../../../core/feed/service.ts";
import { openComposer } from "../composer/open.ts";
import { isNotFound } from "../data/problem.ts";
import { usePostsOf, useProfile, useUsers } from "../data/queries.ts";
import { formatCount } from "../format/count.ts";
import { PeopleList } from "../feed/people-list.tsx";
import { PostList } from "../feed/post-list.tsx";
import { Page } from "../shell/page.tsx";
import { PROFILE_TABS, type ProfileTab, profilePath } from "../state/routes.ts";
import { Link } from "../ui/link.tsx";
import { Empty, Failed, PostSkeletons } from "../ui/states.tsx";
import { ProfileHeader } from "./profile-header.tsx";

const TAB_WORDS: Record<ProfileTab, string> = {
  posts: "Posts",
  followers: "Followers",
  following: "Following",
  friends: "Friends",
};

export function ProfilePage({ handle, tab }: { handle: string; tab: ProfileTab }) {
  const query = useProfile(handle);
  const posts = usePostsOf(handle, tab === "posts" && query.isSuccess);
  // What has gone since it was read is gone; any other failure leaves what is there.
  const gone = isNotFound(query.error);
  const profile = gone ? undefined : query.data;
  return (
    <Page
      title={profile?.name ?? `@${handle}`}
      back
      ready={!query.isPending && (tab !== "posts" || !posts.isPending)}
    >
      {query.isPending && <PostSkeletons count={3} />}
      {query.isError &&
        profile === undefined &&
        (gone ? (
          <Empty
            icon="person"
            title="Nobody here"
            text={`There is no @${handle}, or this account is not shown to you.`}
          >
            <Link class="button" to="/explore">
              Find people
            </Link>
          </Empty>
        ) : (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ))}
      {profile !== undefined && (
        <>
          <ProfileHeader profile={profile} />
          <Tabs profile={profile} tab={tab} />
          {tab === "posts" ? (
            <PostList
              query={posts}
              withPending={profile.relationship.self}
              empty={<NoPosts profile={profile} />}
            />
          ) : (
            <People handle={handle} list={tab} />
          )}
        </>
      )}
    </Page>
  );
}

function Tabs({ profile, tab }: { profile: Profile; tab: ProfileTab }) {
  return (
    <nav class="tabs" aria-label="Profile sections">
      {PROFILE_TABS.map((name) => (
        <Link
          key={name}
          to={profilePath(profile.handle, name)}
          aria-current={name === tab ? "page" : undefined}
        >
          <strong>{formatCount(profile.counts[name])}</strong> {TAB_WORDS[name]}
        </Link>
      ))}
    </nav>
  );
}

function NoPosts({ profile }: { profile: Profile }) {
  const { self, blocking } = profile.relationship;
  if (self) {
    return (
      <Empty icon="pen" title="Nothing posted yet" text="Your posts will be here, newest first.">
        <button type="button" class="button" onClick={() => openComposer()}>
          Write your first post
        </button>
      </Empty>
    );
  }
  if (blocking)
    return (
      <Empty
        icon="block"
        title="Blocked"
        text="You will not see each other's posts until you unblock."
      />
    );
  return (
    <Empty
      icon="comment"
      title="No posts to show"
      text={`${profile.name} has not posted anything you can see.`}
    />
  );
}

const NOBODY: Record<UserList, string> = {
  followers: "Nobody follows this account yet.",
  following: "This account follows nobody yet.",
  friends: "No friends to show yet.",
};

function People({ handle, list }: { handle: string; list: UserList }) {
  const query = useUsers(handle, list);
  return (
    <PeopleList
      query={query}
      bio
      empty={<Empty icon="people" title={TAB_WORDS[list]} text={NOBODY[list]} />}
    />
  );
}
