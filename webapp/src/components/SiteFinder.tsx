// A button that opens a search over many sites: a combobox after the ARIA pattern. The field keeps the focus, arrow keys
// move through the list, Enter goes there; Tab goes on to the links below.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t, tn } from "../i18n";
import { matchesSite } from "../lib/site-search";
import { urls } from "../lib/urls";
import { canManage } from "../state/me";
import { Icon } from "./Icon";
import { MenuLine } from "./Menu";
import { SiteName } from "./SiteName";

interface SiteFinderProps {
  label: string;
  button: ComponentChildren;
  buttonClass: string;
  sites: readonly { id: string; domain: string; name: string }[];
  current: string | undefined;
  hrefOf: (domain: string) => string;
}

export function SiteFinder({ label, button, buttonClass, ...rest }: SiteFinderProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears what its field and links do not
    <div
      ref={root}
      class="min-w-0 sm:relative"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        setOpen(false);
        trigger.current?.focus();
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !root.current?.contains(event.relatedTarget))
          setOpen(false);
      }}
    >
      <button
        ref={trigger}
        type="button"
        class={buttonClass}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || isOpen) return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {button}
      </button>
      {isOpen && (
        <div
          id={id}
          role="dialog"
          aria-label={t("nav.choose_site")}
          class="menu-list top-full left-0 mt-1.5 w-80"
        >
          <Finder {...rest} onClose={() => setOpen(false)} />
        </div>
      )}
    </div>
  );
}

type FinderProps = Pick<SiteFinderProps, "sites" | "current" | "hrefOf"> & { onClose: () => void };

function Finder({ sites, current, hrefOf, onClose }: FinderProps) {
  const { route } = useLocation();
  const [search, setSearch] = useState("");
  const found = sites.filter((site) => matchesSite(site, search));
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      sites.findIndex(({ domain }) => domain === current),
    ),
  );
  const chosen = found[Math.min(at, found.length - 1)];
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const last = found.length - 1;
    const target = {
      ArrowDown: at >= last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : Math.min(at, last) - 1,
      PageDown: Math.min(last, at + 8),
      PageUp: Math.max(0, at - 8),
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, target));
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      onClose();
      route(hrefOf(chosen.domain));
    }
  };

  return (
    <>
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label={t("sites.search")}
        aria-autocomplete="list"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen && `${id}-${chosen.id}`}
        placeholder={t("sites.search")}
        class="input mb-1.5 h-9"
        autocomplete="off"
        spellcheck={false}
        value={search}
        onInput={(event) => {
          setSearch(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t("nav.sites")}
        class="max-h-80 overflow-y-auto"
      >
        {found.map((site) => (
          <a
            key={site.id}
            id={`${id}-${site.id}`}
            role="option"
            tabIndex={-1}
            href={hrefOf(site.domain)}
            aria-selected={site === chosen}
            aria-current={site.domain === current ? "page" : undefined}
            class="menu-entry aria-selected:bg-accent/12"
            onClick={onClose}
          >
            <SiteName site={site} />
          </a>
        ))}
      </div>
      {found.length === 0 && (
        <p class="px-2.5 py-2 text-quiet">{t("sites.none_found", { search: search.trim() })}</p>
      )}
      <p role="status" class="sr-only">
        {search && tn("sites.found", found.length)}
      </p>
      <MenuLine />
      <a href={urls.sites} class="menu-entry" onClick={onClose}>
        <Icon name="grid" />
        {t("sites.title")}
      </a>
      {canManage.value && (
        <a href={urls.newSite} class="menu-entry" onClick={onClose}>
          <Icon name="plus" />
          {t("nav.add_site")}
        </a>
      )}
    </>
  );
}
