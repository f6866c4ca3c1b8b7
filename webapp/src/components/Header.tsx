// The bar on top of every page: the mark, the site, who is there, settings, the account.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { toApiError } from "../api/problem";
import { auth } from "../api/session";
import { LANGUAGES, language, t } from "../i18n";
import { languageName } from "../i18n/languages";
import { urls } from "../lib/urls";
import { switchAccount } from "../state/account";
import { flash } from "../state/flash";
import { switchLanguage } from "../state/language";
import { canManage, me } from "../state/me";
import { actionOf } from "../state/shortcuts";
import { chooseTheme, THEMES, theme } from "../state/theme";
import { Mark } from "./Mark";
import { Menu, MenuAction, MenuChoice, MenuLine, MenuLink } from "./Menu";
import { SiteSwitcher } from "./SiteSwitcher";
import { useKeys } from "./use-keys";

interface HeaderProps {
  /** Domain of the site the page is about. */
  site?: string;
  page?: "dashboard" | "settings" | "sites";
  children?: ComponentChildren;
}

export function Header({ site, page, children }: HeaderProps) {
  const { route } = useLocation();
  const bar = useRef<HTMLElement>(null);
  useKeys({
    // The switcher is the first in the bar that opens something.
    "/": () => bar.current?.querySelector<HTMLElement>("[aria-haspopup]")?.click(),
    "G A": () => route(urls.sites),
    "G D": site ? () => route(urls.site(site)) : undefined,
    "G S": site && canManage.value ? () => route(urls.settings(site)) : undefined,
  });
  return (
    <header ref={bar} class="relative flex h-14 items-center gap-3 sm:h-16 sm:gap-4">
      <a href={urls.home} aria-label={t("app.home")} class="-m-1 rounded-lg p-1">
        <Mark size={30} />
      </a>
      <SiteSwitcher current={site} />
      {children}
      <nav aria-label={t("nav.main")} class="ml-auto flex shrink-0 items-center gap-1 sm:gap-3">
        {site && page !== "dashboard" && (
          <a href={urls.site(site)} class="nav-link">
            {t("nav.dashboard")}
          </a>
        )}
        {site && page === "dashboard" && canManage.value && (
          <a href={urls.sharing(site)} class="nav-link hidden sm:block">
            {t("nav.share")}
          </a>
        )}
        {site && page !== "settings" && canManage.value && (
          <a href={urls.settings(site)} class="nav-link hidden sm:block">
            {t("nav.settings")}
          </a>
        )}
        <UserMenu site={site} />
      </nav>
    </header>
  );
}

function UserMenu({ site }: { site: string | undefined }) {
  const { path, route } = useLocation();
  const identity = auth.identity.value;
  if (!identity) return null;
  const { user, account } = identity;
  const accounts = me.value?.accounts ?? [];
  return (
    <Menu
      label={t("nav.account", { name: user.name || user.email })}
      buttonClass="grid size-8 place-items-center rounded-full bg-line text-xs font-semibold uppercase"
      button={<span aria-hidden="true">{(user.name || user.email).slice(0, 1)}</span>}
    >
      {(close) => (
        <>
          <div role="presentation" class="px-2.5 pt-1 pb-2">
            <p class="truncate font-medium">{user.name}</p>
            <p class="truncate text-xs text-quiet">{user.email}</p>
          </div>
          {accounts.length > 1 ? (
            <>
              <MenuLine />
              <p role="presentation" class="px-2.5 pt-0.5 pb-1 text-xs text-quiet">
                {t("nav.accounts")}
              </p>
              {accounts.map(({ id, name, role }) => (
                <MenuChoice
                  key={id}
                  checked={id === account.id}
                  onChoose={() => {
                    close();
                    if (id === account.id) return;
                    switchAccount(id, () => route(urls.home)).catch((error: unknown) =>
                      flash(toApiError(error).text),
                    );
                  }}
                >
                  <span class="min-w-0 grow truncate">{name}</span>
                  <span class="text-xs font-normal text-quiet">{t(`role.${role}`)}</span>
                </MenuChoice>
              ))}
            </>
          ) : (
            <p role="presentation" class="max-w-64 truncate px-2.5 pb-1 text-xs text-quiet">
              {t("nav.in_account", { account: account.name })}
            </p>
          )}
          <MenuLine />
          <MenuLink href={urls.account()} current={path === urls.account()} onChoose={close}>
            {t("nav.account_settings")}
          </MenuLink>
          <MenuLink href={urls.me} current={path === urls.me} onChoose={close}>
            {t("nav.me")}
          </MenuLink>
          {user.is_admin && (
            <MenuLink href={urls.admin} current={path === urls.admin} onChoose={close}>
              {t("nav.admin")}
            </MenuLink>
          )}
          {site && canManage.value && (
            <div class="sm:hidden">
              <MenuLine />
              <MenuLink href={urls.settings(site)} onChoose={close}>
                {t("nav.settings")}
              </MenuLink>
              <MenuLink href={urls.sharing(site)} onChoose={close}>
                {t("nav.share")}
              </MenuLink>
            </div>
          )}
          <MenuLine />
          <p role="presentation" class="px-2.5 pt-0.5 pb-1 text-xs text-quiet">
            {t("nav.theme")}
          </p>
          {THEMES.map((name) => (
            <MenuChoice
              key={name}
              checked={theme.value === name}
              onChoose={() => {
                chooseTheme(name);
                close();
              }}
            >
              {t(`theme.${name}`)}
            </MenuChoice>
          ))}
          <MenuLine />
          <p role="presentation" class="px-2.5 pt-0.5 pb-1 text-xs text-quiet">
            {t("language.label")}
          </p>
          {LANGUAGES.map((tag) => (
            <MenuChoice
              key={tag}
              checked={tag === language}
              onChoose={() => {
                close();
                if (tag !== language) switchLanguage(tag);
              }}
            >
              <span lang={tag}>{languageName(tag)}</span>
            </MenuChoice>
          ))}
          <MenuLine />
          <MenuAction
            keys="?"
            onChoose={() => {
              close();
              actionOf("?")?.();
            }}
          >
            <span class="whitespace-nowrap">{t("keys.title")}</span>
          </MenuAction>
          <MenuAction
            onChoose={() => {
              close();
              void auth.logout().catch((error: unknown) => flash(toApiError(error).text));
            }}
          >
            {t("auth.logout")}
          </MenuAction>
        </>
      )}
    </Menu>
  );
}
