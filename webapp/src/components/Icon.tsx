// The few line icons of the interface, 16 × 16, in the colour of the text around them.

const PATHS = {
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
  close: "m4.5 4.5 7 7m0-7-7 7",
  check: "m3.5 8.5 3 3 6-7",
  copy: "M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2m-7-5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z",
  plus: "M8 3.5v9m-4.5-4.5h9",
  calendar:
    "M3.5 4h9a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Zm-1 3.5h11M5.5 2.5v2m5-2v2",
  globe:
    "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0c2 1.5 2.5 4 2.5 6S10 12.5 8 14m0-12C6 3.5 5.5 6 5.5 8S6 12.5 8 14M2.2 8h11.6",
  grid: "M3 3h4v4H3zm6 0h4v4H9zM3 9h4v4H3zm6 0h4v4H9z",
  info: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Zm0 5v3.6m0-6.1v.01",
  filter: "M2.5 4h11m-9 4h7m-5 4h3",
  bookmark: "M4.5 2.5h7v11L8 10.7l-3.5 2.8v-11Z",
  pause: "M5.5 4v8m5-8v8",
  play: "m5.5 3.5 6.5 4.5-6.5 4.5v-9Z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm3.3 7.8 3.2 3.2",
  keyboard:
    "M2.5 4.5h11a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1Zm2 2.5h.01M7 7h.01M9.5 7h.01m2.5 0h.01M5.5 9.5h5",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  download: "M8 2.5v7m0 0L5 6.7m3 2.8 3-2.8M3 12.5h10",
  up: "M8 12.5v-9m0 0L4.5 7M8 3.5 11.5 7",
  down: "M8 3.5v9m0 0L4.5 9M8 12.5 11.5 9",
  alert:
    "M8 5.5v3.2m0 2.3v.01M7.1 2.7 1.9 11.7a1 1 0 0 0 .9 1.5h10.4a1 1 0 0 0 .9-1.5L8.9 2.7a1 1 0 0 0-1.8 0Z",
} as const;

export function Icon({
  name,
  size = 16,
  class: className = "",
}: {
  name: keyof typeof PATHS;
  size?: number;
  class?: string;
}) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      class={`shrink-0 ${className}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
