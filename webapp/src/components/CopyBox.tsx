import { useState } from "preact/hooks";
import { t } from "../i18n";
import { copyText } from "../lib/copy";
import { Icon } from "./Icon";

/** A button that copies, and says so. */
export function CopyButton({
  text,
  label,
  plain = false,
}: {
  text: string;
  label?: string;
  plain?: boolean;
}) {
  const [copied, setCopied] = useState(false);

  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2_500);
  };

  return (
    <button type="button" class={`btn btn-sm ${plain ? "btn-plain" : "btn-primary"}`} onClick={copy}>
      <Icon name={copied ? "check" : "copy"} />
      <span aria-live="polite">{copied ? t("app.copied") : (label ?? t("app.copy"))}</span>
    </button>
  );
}

/** Text to take along, such as a link or a secret, with its button. */
export function CopyBox(props: { label: string; text: string; copy?: string; plain?: boolean }) {
  return (
    <figure class="space-y-2">
      <figcaption class="font-medium">{props.label}</figcaption>
      {/* Long lines can be scrolled by keyboard, too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls */}
      <pre class="snippet" tabIndex={0}>
        <code>{props.text}</code>
      </pre>
      <CopyButton
        text={props.text}
        plain={props.plain ?? false}
        {...(props.copy ? { label: props.copy } : {})}
      />
    </figure>
  );
}
