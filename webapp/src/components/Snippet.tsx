import { useState } from "preact/hooks";
import { t } from "../i18n";
import { copyText } from "../lib/copy";
import { Icon } from "./Icon";

/** The script tag of a site, with a button that copies it. */
export function Snippet({ code }: { code: string }) {
  const [copied, setCopied] = useState(false);

  const copy = async () => {
    if (!(await copyText(code))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2_500);
  };

  return (
    <div class="space-y-3">
      <pre class="snippet">
        <code>
          {code.split(/(\s+)/).map((piece) =>
            // Broken between attributes rather than inside their names.
            piece.trim() ? <span class="inline-block max-w-full align-top">{piece}</span> : piece,
          )}
        </code>
      </pre>
      <button type="button" class="btn btn-primary btn-sm" onClick={copy}>
        <Icon name={copied ? "check" : "copy"} />
        <span aria-live="polite">{copied ? t("app.copied") : t("app.copy")}</span>
      </button>
    </div>
  );
}
