import type { Settings } from "../../../core/feed/schemas.ts";
import type { OwnList, Relation } from "../../../core/feed/service.ts";
import { relate, saveSettings } from "../data/people-writes.ts";
import { useOwnList, useSettings } from "../data/queries.ts";
import { PeopleList } from "../feed/people-list.tsx";
import { audienceOptions } from "../post/audience.tsx";
import { Page } from "../shell/page.tsx";
import { signOut } from "../shell/sign-out.ts";
import { Icon } from "../ui/icon.tsx";
import { Failed, PersonSkeletons } from "../ui/states.tsx";

export function SettingsPage() {
  const query = useSettings();
  return (
    <Page title="Settings" ready={!query.isPending}>
      {query.isPending && <PersonSkeletons count={3} />}
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data !== undefined && <Choices settings={query.data} />}
      <People
        title="Muted"
        list="mutes"
        relation="mute"
        undo="Unmute"
        none="You have muted nobody."
      />
      <People
        title="Blocked"
        list="blocks"
        relation="block"
        undo="Unblock"
        none="You have blocked nobody."
      />
      <section class="settings-group">
        <button type="button" class="button button-quiet" onClick={() => void signOut()}>
          <Icon name="out" size={18} /> Sign out
        </button>
      </section>
    </Page>
  );
}

function Choices({ settings }: { settings: Settings }) {
  const save = (change: Partial<Settings>): void => void saveSettings({ ...settings, ...change });
  return (
    <>
      <Choice
        title="Theme"
        name="theme"
        value={settings.theme}
        options={[
          ["system", "Like my device", ""],
          ["light", "Light", ""],
          ["dark", "Dark", ""],
        ]}
        onPick={(theme) => save({ theme })}
      />
      <Choice
        title="Home feed"
        name="feed-mode"
        value={settings.feedMode}
        options={[
          ["latest", "Latest", "Newest first, nothing re-ordered"],
          ["ranked", "For you", "What is likely to matter to you first"],
        ]}
        onPick={(feedMode) => save({ feedMode })}
      />
      <Choice
        title="Who sees my posts"
        name="audience"
        value={settings.defaultAudience}
        options={audienceOptions.map(
          ([audience, { label, hint }]) => [audience, label, hint] as const,
        )}
        onPick={(defaultAudience) => save({ defaultAudience })}
      />
      <Choice
        title="Videos"
        name="autoplay"
        value={settings.autoplay ? "on" : "off"}
        options={[
          ["off", "When I press play", ""],
          ["on", "By themselves", "Without sound, while in sight"],
        ]}
        onPick={(choice) => save({ autoplay: choice === "on" })}
      />
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly title: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string, string])[];
  readonly onPick: (value: T) => void;
}

function Choice<T extends string>({ title, name, value, options, onPick }: ChoiceProps<T>) {
  return (
    <fieldset class="settings-group">
      <legend>{title}</legend>
      <div class="segments" style={{ "--columns": options.length % 2 === 0 ? 2 : 3 }}>
        {options.map(([option, label, hint]) => (
          <label key={option} class="segment">
            <input
              type="radio"
              name={name}
              checked={option === value}
              onChange={() => onPick(option)}
            />
            <span>
              {label}
              {hint !== "" && <small>{hint}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface PeopleProps {
  readonly title: string;
  readonly list: OwnList;
  readonly relation: Relation;
  readonly undo: string;
  readonly none: string;
}

function People({ title, list, relation, undo, none }: PeopleProps) {
  const query = useOwnList(list);
  return (
    <section class="settings-group" aria-label={title}>
      <h2>{title}</h2>
      <PeopleList
        query={query}
        empty={<p class="muted">{none}</p>}
        renderActions={(user) => (
          <button
            type="button"
            class="button button-small button-quiet"
            aria-label={`${undo} ${user.name}`}
            onClick={() => void relate(user, relation, false)}
          >
            {undo}
          </button>
        )}
      />
    </section>
  );
}
