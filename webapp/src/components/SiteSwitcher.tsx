// From one site to another, in the header: a menu, with many sites one that can be searched.

import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { readableDomain } from "../lib/domain";
import { urls } from "../lib/urls";
import { decodeView, viewHref } from "../lib/view";
import { canManage } from "../state/me";
import { sites } from "../state/sites";
import { Icon } from "./Icon";
import { Menu, MenuLine, MenuLink } from "./Menu";
import { SiteFinder } from "./SiteFinder";
import { SiteName } from "./SiteName";

/** From so many sites on, a list is searched rather than read. */
const MANY = 8;

export function SiteSwitcher({ current }: { current: string | undefined }) {
  const { url } = useLocation();
  const view = decodeView(current ? new URL(url, location.origin).search : "");
  const hrefOf = (domain: string) => viewHref(domain, { ...view, filters: [] });
  const list = sites.value ?? [];

  const label = current ? t("nav.current_site", { site: readableDomain(current) }) : t("nav.choose_site");
  const button = (
    <>
      <span class="truncate">{current ? readableDomain(current) : t("nav.sites")}</span>
      <Icon name="chevron" class="text-quiet" />
    </>
  );
  const buttonClass =
    "flex max-w-full min-w-0 items-center gap-1 rounded-lg py-1 text-[0.9375rem] font-semibold sm:text-base";

  if (list.length >= MANY)
    return (
      <SiteFinder
        label={label}
        button={button}
        buttonClass={buttonClass}
        sites={list}
        current={current}
        hrefOf={hrefOf}
      />
    );
  return (
    <Menu label={label} align="start" wide buttonClass={buttonClass} button={button}>
      {(close) => (
        <>
          {list.map((site) => (
            <MenuLink
              key={site.id}
              href={hrefOf(site.domain)}
              current={site.domain === current}
              onChoose={close}
            >
              <SiteName site={site} />
            </MenuLink>
          ))}
          {list.length > 0 && (
            <>
              <MenuLine />
              <MenuLink href={urls.sites} onChoose={close}>
                <Icon name="grid" />
                {t("sites.title")}
              </MenuLink>
            </>
          )}
          {canManage.value && (
            <MenuLink href={urls.newSite} onChoose={close}>
              <Icon name="plus" />
              {t("nav.add_site")}
            </MenuLink>
          )}
        </>
      )}
    </Menu>
  );
}
