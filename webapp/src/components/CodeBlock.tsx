import { CopyButton } from "./CopyBox";

/** Lines of code as they are, with the file they belong to, and a button that copies them. */
export function CodeBlock({ code, file }: { code: string; file?: string | undefined }) {
  return (
    <figure class="min-w-0 overflow-hidden rounded-xl border border-line bg-page">
      {/* Long lines can be scrolled by keyboard, too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls */}
      <pre class="snippet rounded-none! border-0! whitespace-pre! [overflow-wrap:normal]!" tabIndex={0}>
        <code>{code}</code>
      </pre>
      <figcaption class="flex min-h-11 items-center justify-between gap-3 border-t border-line py-1.5 pr-1.5 pl-4">
        <span class="min-w-0 truncate font-mono text-xs text-quiet">{file}</span>
        <CopyButton text={code} plain />
      </figcaption>
    </figure>
  );
}
