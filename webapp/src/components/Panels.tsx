// The cards below the chart: each a heading, tabs, the first rows of the chosen dimension, and a way to all of them.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Dashboard, Panel, PanelName } from "../api/types";
import { t } from "../i18n";
import { rowFilter, sameFilter, toggleFilter } from "../lib/filters";
import { type Card, queryOf, TABS, type Tab, UTM_PANELS, type View } from "../lib/view";
import { useViewer } from "../state/viewer";
import { AllRows } from "./AllRows";
import { Rows } from "./Rows";
import { TabList, TabPanel } from "./Tabs";

interface PanelsProps {
  data: Dashboard;
  view: View;
  hrefWith: (part: Partial<View>) => string;
  onChange: (change: Partial<View>) => void;
}

/** Those that the answer holds: a share link may show some panels only, and then the rest moves together. */
export function Panels(props: PanelsProps) {
  const cards = CARDS.map((card) => ({ card, tabs: shownTabs(card, props.data) })).filter(
    ({ tabs }) => tabs.length > 0,
  );
  const small = cards.filter(({ card }) => card !== "events").length;
  return (
    <div class="grid grid-cols-1 gap-4 md:grid-cols-2">
      {cards.map(({ card, tabs }, index) => {
        const isAlone = card === "events" || (small % 2 === 1 && index === small - 1);
        return (
          <div key={card} class={isAlone ? "md:col-span-2" : ""}>
            <PanelCard card={card} tabs={tabs} {...props} />
          </div>
        );
      })}
    </div>
  );
}

const CARDS = Object.keys(TABS) as Card[];

const panelsOf = (tab: Tab): readonly PanelName[] => (tab === "campaigns" ? UTM_PANELS : [tab]);

function shownTabs(card: Card, data: Dashboard): readonly Tab[] {
  const tabs: readonly Tab[] = TABS[card];
  return tabs.filter((tab) => panelsOf(tab).some((name) => data.panels[name]));
}

const NOTHING: Panel = { dimension: "", rows: [] };

/** Rows in a panel of the dashboard; the server sends no more. */
const PANEL_ROWS = 9;

interface PanelCardProps extends PanelsProps {
  card: Card;
  tabs: readonly Tab[];
}

function PanelCard({ card, tabs, data, view, hrefWith, onChange }: PanelCardProps) {
  const { limits } = useViewer();
  const [showsAll, setShowsAll] = useState(false);
  const chosen: Tab = view.tabs[card];
  const tab = tabs.includes(chosen) ? chosen : (tabs[0] ?? chosen);
  const panelName: PanelName = tab === "campaigns" ? view.utm : tab;
  const panel = data.panels[panelName] ?? NOTHING;
  const hasTabs = tabs.length > 1;

  const hrefOf = (value: string) =>
    hrefWith({ filters: toggleFilter(view.filters, rowFilter(panel.dimension, value)) });
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
          question={limits ? { ...queryOf(view), date_range: seenRange(data, view) } : queryOf(view)}
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
  return Math.max(...tabs.flatMap(panelsOf).map((name) => data.panels[name]?.rows.length ?? 0));
}

/** All time through a share link is the range that the dashboard was cut to. */
function seenRange({ range }: Dashboard, { period }: View): View["period"] {
  return period === "all" ? [range.from.slice(0, 10), range.to.slice(0, 10)] : period;
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
