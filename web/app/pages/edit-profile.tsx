import { useState } from "preact/hooks";

import type { Profile } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { IMAGE_TYPES, useUploads } from "../composer/uploads.ts";
import { saveProfile } from "../data/people-writes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Dialog } from "../ui/dialog.tsx";

export function EditProfile({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const [name, setName] = useState(profile.name);
  const [bio, setBio] = useState(profile.bio);
  const [avatar, setAvatar] = useState(profile.avatar);
  const [saving, setSaving] = useState(false);
  const uploads = useUploads(0, (media) => setAvatar(media.key));

  const save = async (): Promise<void> => {
    setSaving(true);
    const saved = await saveProfile(profile.handle, { name: name.trim(), bio: bio.trim(), avatar });
    setSaving(false);
    if (saved) onClose();
  };

  return (
    <Dialog title="Edit profile" onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="form-face">
          <Avatar user={{ ...profile, name, avatar }} size={72} />
          <label class="button button-quiet button-small">
            {uploads.busy > 0 ? "Uploading…" : "Change picture"}
            <input
              class="sr-only"
              type="file"
              accept={IMAGE_TYPES.join(",")}
              onChange={(event) => uploads.add(event.currentTarget.files)}
            />
          </label>
          {avatar !== null && (
            <button type="button" class="text-button" onClick={() => setAvatar(null)}>
              Remove
            </button>
          )}
        </div>
        <label class="field">
          <span>Name</span>
          <input
            required
            maxLength={LIMITS.nameCharsMax}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Bio</span>
          <textarea
            rows={3}
            maxLength={LIMITS.bioCharsMax}
            value={bio}
            onInput={(event) => setBio(event.currentTarget.value)}
          />
        </label>
        <div class="dialog-actions">
          <button type="button" class="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class="button"
            disabled={saving || uploads.busy > 0 || name.trim() === ""}
          >
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
