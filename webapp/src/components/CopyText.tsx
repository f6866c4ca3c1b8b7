import { useState } from "preact/hooks";
import { t } from "../i18n";
import { copyText } from "../lib/copy";
import { Icon } from "./Icon";

/** An address on one line, with a button that copies it. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);

  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2_500);
  };

  return (
    <div class="flex min-w-0 items-center justify-between gap-1 sm:justify-start">
      <a
        href={text}
        target="_blank"
        rel="noopener"
        class="min-w-0 font-mono text-[0.8125rem] break-all hover:underline"
      >
        {text.replace(/^https?:\/\//, "")}
      </a>
      <button type="button" class="btn btn-ghost btn-sm btn-square" aria-label={label} onClick={copy}>
        <Icon name={copied ? "check" : "copy"} />
      </button>
      <span role="status" class="text-[0.8125rem] text-better">
        {copied && t("app.copied")}
      </span>
    </div>
  );
}
