/** The mark: an "e" whose last stroke turns into the tail of a speech bubble. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg
      class="logo"
      width={size}
      height={size}
      viewBox="0 0 64 64"
      aria-hidden="true"
      focusable="false"
    >
      <rect width="64" height="64" rx="18" fill="var(--accent-solid)" />
      <path
        d="M45 41.5A16 16 0 1 1 48 32H27"
        fill="none"
        stroke="#fff"
        stroke-width="6.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <path d="M41 46l9 7-1.5-11z" fill="#fff" />
    </svg>
  );
}
