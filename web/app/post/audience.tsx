import type { Audience } from "../../../core/feed/schemas.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";

interface Words {
  readonly label: string;
  readonly hint: string;
  readonly icon: IconName;
}

export const AUDIENCE_WORDS: Record<Audience, Words> = {
  public: { label: "Everyone", hint: "Anyone on Edgewise", icon: "globe" },
  followers: { label: "Followers", hint: "People who follow you", icon: "people" },
  friends: { label: "Friends", hint: "You both said yes", icon: "person" },
  only_me: { label: "Only me", hint: "A note to yourself", icon: "lock" },
};

export const audienceOptions = Object.entries(AUDIENCE_WORDS) as [Audience, Words][];

/** Who can see a post, beside its time. Public is the common case and needs no words. */
export function AudienceBadge({ audience }: { audience: Audience }) {
  const { label, hint, icon } = AUDIENCE_WORDS[audience];
  return (
    <span class="audience-badge" title={`${label}: ${hint.toLowerCase()}`}>
      <Icon name={icon} size={14} />
      {audience === "public" ? <span class="sr-only">{label}</span> : label}
    </span>
  );
}

export function AudiencePicker({
  value,
  onPick,
}: {
  value: Audience;
  onPick: (audience: Audience) => void;
}) {
  const { label, icon } = AUDIENCE_WORDS[value];
  return (
    <Menu
      label={`Who can see this: ${label}`}
      align="start"
      buttonClass="chip"
      button={
        <>
          <Icon name={icon} size={16} /> {label}
        </>
      }
      items={audienceOptions.map(([audience, words]) => ({
        ...words,
        checked: audience === value,
        run: () => onPick(audience),
      }))}
    />
  );
}
