import { useStore } from "../../app/state/store.ts";
import type { LevelList } from "../../../core/degradation/controller-service.ts";
import { useSection } from "../data/sections.ts";
import { pickRegion, regionStore } from "../state/region.ts";
import { LiveIndicator } from "./live-indicator.tsx";

export function TopBar({ title }: { title: string }) {
  return (
    <div class="ops-bar">
      <h1>{title}</h1>
      <RegionPicker />
      <LiveIndicator />
    </div>
  );
}

function RegionPicker() {
  const region = useStore(regionStore);
  const { value } = useSection<LevelList>("levels");
  const known = [...(value?.regions ?? []), ...(value?.away ?? [])].map((row) => row.region);
  const all = [...new Set([...known, ...(region === "" ? [] : [region])])].toSorted();
  return (
    <label class="ops-region">
      <span class="sr-only">Region</span>
      <select value={region} onChange={(event) => pickRegion(event.currentTarget.value)}>
        <option value="">All regions</option>
        {all.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
