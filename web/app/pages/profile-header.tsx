import { useState } from "preact/hooks";

import type { Profile } from "../../../core/feed/schemas.ts";
import { relate } from "../data/people-writes.ts";
import { blockWithUndo, muteWithUndo } from "../feed/person-actions.ts";
import { hueOf } from "../format/face.ts";
import { monthAndYear } from "../format/time.ts";
import { RichText } from "../post/rich-text.tsx";
import { profilePath } from "../state/routes.ts";
import { showToast } from "../state/toasts.ts";
import { Avatar } from "../ui/avatar.tsx";
import { confirmed } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { EditProfile } from "./edit-profile.tsx";

export function ProfileHeader({ profile }: { profile: Profile }) {
  const [editing, setEditing] = useState(false);
  const { relationship } = profile;
  return (
    <section class="profile" aria-label={`About ${profile.name}`}>
      <div class="cover" style={{ "--hue": hueOf(profile.id) }} aria-hidden="true" />
      <div class="profile-top">
        <Avatar user={profile} size={96} />
        <div class="profile-actions">
          {relationship.self ? (
            <button type="button" class="button button-quiet" onClick={() => setEditing(true)}>
              Edit profile
            </button>
          ) : (
            <Actions profile={profile} />
          )}
        </div>
      </div>
      <h2 class="profile-name">
        <bdi>{profile.name}</bdi>
      </h2>
      <p class="handle">
        @{profile.handle}
        {relationship.followedBy && <span class="tag">Follows you</span>}
        {relationship.muting && <span class="tag">Muted</span>}
      </p>
      <RichText text={profile.bio} />
      <p class="profile-meta">
        <Icon name="calendar" size={16} /> Joined {monthAndYear(profile.createdAtMs)}
      </p>
      {editing && <EditProfile profile={profile} onClose={() => setEditing(false)} />}
    </section>
  );
}

function Actions({ profile }: { profile: Profile }) {
  const { following, blocking } = profile.relationship;
  return (
    <>
      <Menu
        label="More about this person"
        button={<Icon name="more" />}
        items={moreItems(profile)}
        buttonClass="icon-button outlined"
      />
      {blocking ? (
        <button
          type="button"
          class="button button-danger"
          onClick={() => void relate(profile, "block", false)}
        >
          Unblock
        </button>
      ) : (
        <>
          <FriendButton profile={profile} />
          <button
            type="button"
            class={`button ${following ? "button-quiet" : ""}`}
            aria-pressed={following}
            onClick={() => void relate(profile, "follow", !following)}
          >
            {following ? "Following" : "Follow"}
          </button>
        </>
      )}
    </>
  );
}

function FriendButton({ profile }: { profile: Profile }) {
  const ask = (on: boolean): void => void relate(profile, "friend", on);
  const end = async (): Promise<void> => {
    if (
      await confirmed(`End your friendship?`, `${profile.name} will not be told.`, "End friendship")
    )
      ask(false);
  };
  switch (profile.relationship.friend) {
    case "none":
      return (
        <button type="button" class="button button-quiet" onClick={() => ask(true)}>
          <Icon name="userPlus" size={17} /> Add friend
        </button>
      );
    case "requested":
      return (
        <button
          type="button"
          class="button button-quiet"
          title="Take the request back"
          onClick={() => ask(false)}
        >
          Requested
        </button>
      );
    case "incoming":
      return (
        <button type="button" class="button button-quiet" onClick={() => ask(true)}>
          Accept request
        </button>
      );
    case "friends":
      return (
        <button type="button" class="button button-quiet" onClick={() => void end()}>
          <Icon name="check" size={17} /> Friends
        </button>
      );
  }
}

function moreItems(profile: Profile): MenuItem[] {
  const { muting, blocking } = profile.relationship;
  const at = `@${profile.handle}`;
  return [
    { label: "Copy link", icon: "link", run: () => void copyProfileLink(profile.handle) },
    muting
      ? { label: `Unmute ${at}`, icon: "mute", run: () => void relate(profile, "mute", false) }
      : { label: `Mute ${at}`, icon: "mute", run: () => void muteWithUndo(profile) },
    blocking
      ? { label: `Unblock ${at}`, icon: "block", run: () => void relate(profile, "block", false) }
      : {
          label: `Block ${at}`,
          icon: "block",
          tone: "danger",
          run: () => void blockWithUndo(profile),
        },
  ];
}

async function copyProfileLink(handle: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(profilePath(handle), location.href).href);
    showToast("Link copied");
  } catch {
    showToast("The browser did not allow copying", { tone: "error" });
  }
}
