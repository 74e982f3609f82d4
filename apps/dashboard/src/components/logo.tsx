/** A toll barrier that is also a key. */
export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      aria-hidden="true"
      className="shrink-0"
    >
      <rect width="24" height="24" rx="6" className="fill-accent" />
      <g className="stroke-on-accent" strokeWidth="2.4" strokeLinecap="round">
        <path d="M7.5 9.5V19" />
        <path d="M7.5 9.5h2M13 9.5h1.2M17.6 9.5h.4" />
      </g>
      <circle cx="7.5" cy="8" r="2.9" className="fill-on-accent" />
    </svg>
  );
}
