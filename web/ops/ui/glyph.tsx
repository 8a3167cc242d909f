/** Drawn for the dashboard on the app's grid of 24 units, with its line. */
const PATHS = {
  overview: "M4 13a8 8 0 1 1 16 0M12 13l3.5-4.5M5.5 17.5h13",
  levels: "M5 19v-4M9.7 19v-7M14.3 19V9M19 19V5",
  rollouts: "M4 19h4v-4h4v-4h4V7h4M15 4.5h5v5",
  alerts: "M12 4.5l8.5 15h-17zM12 10v4.5M12 17h.01",
  audit: "M6 4.5h12v15H6zM9 9h6M9 12.5h6M9 16h3.5",
  caches:
    "M5 7c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3zM5 7v10c0 1.7 3.1 3 7 3s7-1.3 7-3V7M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3",
  regions:
    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c2.4 2.5 3.5 5.3 3.5 8.5s-1.1 6-3.5 8.5c-2.4-2.5-3.5-5.3-3.5-8.5s1.1-6 3.5-8.5z",
  ranking: "M5 6h14M5 12h9.5M5 18h5",
  queues: "M4.5 7.5h4v9h-4zM10 7.5h4v9h-4zM15.5 7.5h4v9h-4z",
  drills: "M12 3.5v5M12 15.5v5M3.5 12h5M15.5 12h5M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  menu: "M4 7h16M4 12h16M4 17h16",
  pin: "M9 4.5h6l-1 6 3 3.5H7l3-3.5zM12 14v6",
} as const;

export type GlyphName = keyof typeof PATHS;

/** Decoration: the control around it carries the name. */
export function Glyph({ name, size = 20 }: { name: GlyphName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width={1.75}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
