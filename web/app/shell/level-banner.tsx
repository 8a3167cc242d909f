import { messageOf } from "../../../core/degradation/message.ts";
import { effectsStore } from "../state/level.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/icon.tsx";

/** Says in words what the service cannot do for now. The region is always there, so that it is read out. */
export function LevelBanner() {
  const effects = useStore(effectsStore);
  const message = messageOf(effects);
  return (
    <div role="status" class="level-banner-place">
      {message !== null && (
        <p class={`level-banner ${effects.readOnly ? "level-banner-grave" : ""}`}>
          <Icon name={effects.readOnly ? "offline" : "info"} size={18} />
          <span>{message}</span>
        </p>
      )}
    </div>
  );
}
