// The cards below the chart: each a heading, tabs, the first rows of the chosen dimension, and a way to all of them.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Dashboard, PanelName } from "../api/types";
import { t } from "../i18n";
import { rowFilter, sameFilter, toggleFilter } from "../lib/filters";
import { type Card, TABS, type Tab, UTM_PANELS, type View, viewHref } from "../lib/view";
import { AllRows } from "./AllRows";
import { Rows } from "./Rows";
import { TabList, TabPanel } from "./Tabs";

interface PanelsProps {
  data: Dashboard;
  view: View;
  onChange: (change: Partial<View>) => void;
}

export function Panels(props: PanelsProps) {
  return (
    <div class="grid grid-cols-1 gap-4 md:grid-cols-2">
      <PanelCard card="pages" {...props} />
      <PanelCard card="sources" {...props} />
      <PanelCard card="locations" {...props} />
      <PanelCard card="devices" {...props} />
      <div class="md:col-span-2">
        <PanelCard card="events" {...props} />
      </div>
    </div>
  );
}

/** Rows in a panel of the dashboard; the server sends no more. */
const PANEL_ROWS = 9;

function PanelCard<C extends Card>({ card, data, view, onChange }: PanelsProps & { card: C }) {
  const [showsAll, setShowsAll] = useState(false);
  const tabs: readonly Tab[] = TABS[card];
  const tab: Tab = view.tabs[card];
  const panelName: PanelName = tab === "campaigns" ? view.utm : tab;
  const panel = data.panels[panelName];
  const hasTabs = tabs.length > 1;

  const hrefOf = (value: string) =>
    viewHref(data.site.domain, {
      ...view,
      filters: toggleFilter(view.filters, rowFilter(panel.dimension, value)),
    });
  const isActive = (value: string) =>
    view.filters.some((filter) => sameFilter(filter, rowFilter(panel.dimension, value)));

  const body = (
    <div class="md:min-h-[calc(var(--rows)*2.25rem+1.25rem)]" style={{ "--rows": longestTab(tabs, data) }}>
      {tab === "campaigns" && <UtmChoice selected={view.utm} onSelect={(utm) => onChange({ utm })} />}
      {panel.rows.length === 0 ? (
        <Empty card={card} tab={tab} isFiltered={view.filters.length > 0} />
      ) : (
        <>
          <p class="flex justify-between px-2 pb-1.5 text-xs text-quiet">
            <span>{t(`column.${panelName}`)}</span>
            <span>{t("panel.visitors")}</span>
          </p>
          <Rows dimension={panel.dimension} rows={panel.rows} hrefOf={hrefOf} isActive={isActive} />
        </>
      )}
    </div>
  );

  return (
    <section aria-labelledby={`${card}-heading`} class="card-box flex h-full min-w-0 flex-col p-4 sm:p-5">
      <header class="mb-3 flex min-h-8 flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <h2 id={`${card}-heading`} class="text-[0.9375rem] font-semibold">
          {t(`panel.${card}`)}
        </h2>
        {hasTabs && (
          <TabList
            id={card}
            label={t(`panel.${card}`)}
            tabs={tabs}
            selected={tab}
            name={(name) => t(`tab.${name}`)}
            onSelect={(name) => onChange({ tabs: { ...view.tabs, [card]: name } })}
          />
        )}
      </header>
      {hasTabs ? (
        <TabPanel id={card} tab={tab}>
          {body}
        </TabPanel>
      ) : (
        body
      )}
      {panel.rows.length >= PANEL_ROWS && (
        <button
          type="button"
          class="nav-link mx-auto mt-2"
          aria-label={t("panel.all_of", { name: t(`column.${panelName}`) })}
          onClick={() => setShowsAll(true)}
        >
          {t("panel.all")}
        </button>
      )}
      {showsAll && (
        <AllRows
          title={`${t(`panel.${card}`)} · ${t(`tab.${tab}`)}`}
          column={t(`column.${panelName}`)}
          site={data.site.domain}
          dimension={panel.dimension}
          view={view}
          total={data.totals.visitors.value}
          hrefOf={hrefOf}
          isActive={isActive}
          onClose={() => setShowsAll(false)}
        />
      )}
    </section>
  );
}

/** Rows of the longest tab: the card keeps that height, so that choosing a tab moves nothing below. */
function longestTab(tabs: readonly Tab[], data: Dashboard): number {
  const names = tabs.flatMap((tab): readonly PanelName[] => (tab === "campaigns" ? UTM_PANELS : [tab]));
  return Math.max(...names.map((name) => data.panels[name].rows.length));
}

function UtmChoice({ selected, onSelect }: { selected: View["utm"]; onSelect: (utm: View["utm"]) => void }) {
  return (
    <fieldset aria-label={t("utm.label")} class="mb-2 no-bar flex min-w-0 gap-1 overflow-x-auto">
      {UTM_PANELS.map((utm) => (
        <button
          key={utm}
          type="button"
          aria-pressed={utm === selected}
          class="rounded-full px-2.5 py-1 text-xs whitespace-nowrap text-quiet hover:text-base-content aria-pressed:bg-accent/14 aria-pressed:font-medium aria-pressed:text-base-content"
          onClick={() => onSelect(utm)}
        >
          {t(`utm.${utm}`)}
        </button>
      ))}
    </fieldset>
  );
}

function Empty({ card, tab, isFiltered }: { card: Card; tab: Tab; isFiltered: boolean }) {
  const hint = tab === "campaigns" ? "panel.empty.campaigns" : (`panel.empty.${card}` as const);
  return (
    <Centered>
      <p class="font-medium">{t(isFiltered ? "panel.empty_filtered" : "panel.empty")}</p>
      {!isFiltered && <p class="max-w-xs text-quiet">{t(hint)}</p>}
      {!isFiltered && card === "events" && (
        <pre class="snippet mt-1 px-3 py-2 text-left">
          <code>{'haru("signup", { plan: "pro" })'}</code>
        </pre>
      )}
    </Centered>
  );
}

function Centered({ children }: { children: ComponentChildren }) {
  return (
    <div class="flex flex-col items-center gap-1 px-4 py-10 text-center text-[0.8125rem]">{children}</div>
  );
}
