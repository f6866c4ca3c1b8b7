// A modal dialog on the platform's own element: focus stays inside, Escape closes, focus returns.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "./Icon";

const SHEET =
  "mx-auto mt-auto mb-0 w-full max-sm:rounded-b-none max-sm:border-x-0 max-sm:border-b-0 sm:m-auto sm:w-[calc(100%-2rem)]";

interface DialogProps {
  title: string;
  onClose: () => void;
  wide?: boolean;
  /** As much room as there is: what it holds scrolls by itself, and nothing of the frame moves. */
  large?: boolean;
  /** What it holds scrolls by itself, so that its buttons stay in sight. */
  framed?: boolean;
  /** A click beside it does not close it: for what is shown only once. */
  sticky?: boolean;
  /** On phones it rises from the lower edge, as wide as the screen. */
  sheet?: boolean;
  children: ComponentChildren;
}

export function Dialog({
  title,
  onClose,
  wide = false,
  large = false,
  framed = false,
  sticky = false,
  sheet = false,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the ground closes; Escape is the dialog's own key
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      class={`card-box p-0 text-base-content backdrop:bg-black/40 ${large ? "max-w-5xl" : wide ? "max-w-2xl" : "max-w-md"} ${sheet ? SHEET : "m-auto w-[calc(100%-2rem)]"}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !sticky) onClose();
      }}
    >
      <div
        class={`flex flex-col ${large ? "h-[min(48rem,calc(100dvh-2rem))]" : "max-h-[min(46rem,calc(100dvh-4rem))]"}`}
      >
        <header class="flex items-center justify-between gap-4 px-5 pt-4 pb-3">
          <h2 id={heading} class="min-w-0 break-words text-base font-semibold">
            {title}
          </h2>
          <button
            type="button"
            class="btn btn-ghost btn-sm btn-square"
            aria-label={t("app.close")}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        </header>
        <div
          class={`min-h-0 px-5 pb-5 ${large ? "flex grow flex-col" : framed ? "flex flex-col" : "scrolls overflow-y-auto overscroll-contain rounded-b-box"}`}
        >
          {children}
        </div>
      </div>
    </dialog>
  );
}
