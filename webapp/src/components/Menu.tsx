// A button that opens a list of choices. Arrow keys move, Escape and a click elsewhere close, focus returns.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Shortcut } from "../lib/keys";
import { KeyHint } from "./Key";
import { useKeys } from "./use-keys";

interface MenuProps {
  /** The accessible name of the button. */
  label: string;
  button: ComponentChildren;
  buttonClass?: string;
  align?: "start" | "end";
  /** On phones the list hangs from the nearest positioned ancestor instead of its button. */
  wide?: boolean;
  /** Opens it from anywhere on the page. */
  keys?: Shortcut;
  listClass?: string;
  /** The entries; `close` is for those that act without leaving the page. */
  children: (close: () => void) => ComponentChildren;
}

export function Menu({
  label,
  button,
  buttonClass = "picker",
  align = "end",
  wide = false,
  keys,
  listClass = "",
  children,
}: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  useKeys(keys ? { [keys]: () => setOpen(true) } : {});

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  // Before anything is painted: the key after the one that opened it is the menu's.
  useLayoutEffect(() => {
    if (!isOpen) return;
    const all = entriesIn(root.current);
    (all.find((entry) => entry.ariaChecked === "true" || entry.ariaCurrent === "page") ?? all[0])?.focus();
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) {
      if (event.key === "ArrowDown" && event.target === trigger.current) {
        event.preventDefault();
        setOpen(true);
      }
      return;
    }
    const all = entriesIn(root.current);
    const at = all.indexOf(document.activeElement as HTMLElement);
    const target = {
      ArrowDown: all[(at + 1) % all.length],
      ArrowUp: all[(at - 1 + all.length) % all.length],
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (target) {
      event.preventDefault();
      target.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      setOpen(false);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
      all.find((entry) => entry.getAttribute("aria-keyshortcuts") === event.key.toUpperCase())?.click();
    }
  };

  return (
    <div ref={root} class={`min-w-0 ${wide ? "sm:relative" : "relative"}`}>
      <button
        ref={trigger}
        type="button"
        class={buttonClass}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-keyshortcuts={keys}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={onKeyDown}
      >
        {button}
      </button>
      {isOpen && (
        <div
          id={id}
          ref={keepOnScreen}
          role="menu"
          tabIndex={-1}
          onKeyDown={onKeyDown}
          aria-label={label}
          class={`menu-list top-full mt-1.5 ${align === "end" ? "right-0" : "left-0"} ${listClass}`}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

/** Moves a list that would leave the page at a side back into it; one that is too long for the screen scrolls. */
function keepOnScreen(list: HTMLElement | null): void {
  if (!list) return;
  const { top, left, right } = list.getBoundingClientRect();
  if (top > 0) list.style.maxHeight = `max(12rem, min(40rem, 100dvh - ${Math.ceil(top)}px - 0.5rem))`;
  const over = Math.max(0, right - (document.documentElement.clientWidth - 16));
  const under = Math.max(0, 16 - left);
  if (over || under) list.style.transform = `translateX(${under - over}px)`;
}

function entriesIn(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

/** A choice among others. */
export function MenuChoice(props: {
  checked: boolean;
  keys?: Shortcut | undefined;
  onChoose: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={props.checked}
      aria-keyshortcuts={props.keys}
      tabIndex={-1}
      class="menu-entry"
      onClick={props.onChoose}
    >
      {props.children}
      <KeyHint keys={props.keys} />
    </button>
  );
}

export function MenuAction(props: {
  keys?: Shortcut | undefined;
  onChoose: () => void;
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      role="menuitem"
      aria-keyshortcuts={props.keys}
      tabIndex={-1}
      class="menu-entry"
      onClick={props.onChoose}
    >
      {props.children}
      <KeyHint keys={props.keys} />
    </button>
  );
}

/** Entries that belong together, under a heading. */
export function MenuGroup({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
    <div role="group" aria-label={name} class="break-inside-avoid pb-2 last:pb-0">
      <p aria-hidden="true" class="px-2.5 pt-1 pb-0.5 text-xs text-quiet">
        {name}
      </p>
      {children}
    </div>
  );
}

export function MenuLink(props: {
  href: string;
  current?: boolean;
  onChoose: () => void;
  children: ComponentChildren;
}) {
  return (
    <a
      role="menuitem"
      tabIndex={-1}
      href={props.href}
      aria-current={props.current ? "page" : undefined}
      class="menu-entry"
      onClick={props.onChoose}
    >
      {props.children}
    </a>
  );
}

export function MenuLine() {
  return <hr class="mx-2 my-1.5 border-line" />;
}
