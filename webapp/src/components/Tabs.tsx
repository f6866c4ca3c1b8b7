// A tablist after the ARIA pattern: one tab stop, arrow keys choose, the panel is labelled by its tab.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface TabsProps<T extends string> {
  /** Prefix of the ids, unique on the page. */
  id: string;
  label: string;
  tabs: readonly T[];
  selected: T;
  name: (tab: T) => string;
  onSelect: (tab: T) => void;
}

export function TabList<T extends string>({ id, label, tabs, selected, name, onSelect }: TabsProps<T>) {
  const list = useRef<HTMLDivElement>(null);

  // On narrow cards the list scrolls: the chosen tab is always in sight, without moving the page.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`#${id}-tab-${selected}`);
    if (list.current && tab) list.current.scrollLeft = tab.offsetLeft - list.current.offsetLeft - 16;
  }, [id, selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.indexOf(selected);
    const next = {
      ArrowRight: tabs[(at + 1) % tabs.length],
      ArrowLeft: tabs[(at - 1 + tabs.length) % tabs.length],
      Home: tabs[0],
      End: tabs.at(-1),
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next);
    list.current?.querySelector<HTMLElement>(`#${id}-tab-${next}`)?.focus();
  };

  return (
    <div
      ref={list}
      role="tablist"
      aria-label={label}
      class="no-bar flex max-w-full min-w-0 gap-4 overflow-x-auto"
      onKeyDown={onKeyDown}
    >
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`${id}-tab-${tab}`}
          aria-selected={tab === selected}
          aria-controls={`${id}-panel`}
          tabIndex={tab === selected ? 0 : -1}
          class="tab"
          onClick={() => onSelect(tab)}
        >
          {name(tab)}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ id, tab, children }: { id: string; tab: string; children: ComponentChildren }) {
  return (
    <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${tab}`}>
      {children}
    </div>
  );
}
