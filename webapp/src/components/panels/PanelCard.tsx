// A card: a heading, tabs, the first rows of the chosen ranking (or the map, or versions), and a way to all of them.

import type { ApiFilter, Dashboard, Panel, PanelName } from "../../api/types";
import { t } from "../../i18n";
import { rowFilter, sameFilter, toggleFilter } from "../../lib/filters";
import { offersDimension } from "../../lib/limits";
import { type Card, type Tab, UTM_PANELS, type View } from "../../lib/view";
import { useViewer } from "../../state/viewer";
import { Icon } from "../Icon";
import { lazyPart } from "../lazy-part";
import { RowsSkeleton } from "../Skeleton";
import { TabList, TabPanel } from "../Tabs";
import { useStep } from "../use-step";
import { Empty } from "./Empty";
import { EventRows } from "./EventRows";
import { Rows } from "./Rows";

const WorldMap = lazyPart(
  () => import("../map/WorldMap").then((module) => module.WorldMap),
  () => <RowsSkeleton />,
);
const Versions = lazyPart(
  () => import("./Versions").then((module) => module.Versions),
  () => <RowsSkeleton />,
);

export interface PanelQuestion {
  date_range: View["period"];
  filters: ApiFilter[];
}

interface PanelCardProps {
  card: Card;
  tabs: readonly Tab[];
  /** Nothing stands beside it. */
  isAlone: boolean;
  data: Dashboard;
  view: View;
  /** What is asked for more than the dashboard brings. */
  question: PanelQuestion;
  hrefWith: (part: Partial<View>) => string;
  onChange: (change: Partial<View>) => void;
  onAll: (name: PanelName) => void;
}

const NOTHING: Panel = { dimension: "", rows: [] };

/** Rows in a panel of the dashboard; the server sends no more. */
const PANEL_ROWS = 9;

export function PanelCard(props: PanelCardProps) {
  const { card, tabs, isAlone, data, view, onChange } = props;
  const chosen: Tab = view.tabs[card];
  const tab = tabs.includes(chosen) ? chosen : (tabs[0] ?? chosen);
  const name: PanelName = tab === "campaigns" ? view.utm : tab === "map" ? "countries" : tab;
  const panel = data.panels[name] ?? NOTHING;
  const hasTabs = tabs.length > 1;
  const body = <Body {...props} tab={tab} name={name} panel={panel} />;

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
            onSelect={(name) =>
              onChange({
                tabs: { ...view.tabs, [card]: name },
                ...(card === "devices" ? { versions: null } : {}),
              })
            }
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
      <div class={`flex justify-center ${isAlone ? "" : "md:min-h-10"}`}>
        {panel.rows.length >= PANEL_ROWS && !(card === "devices" && view.versions) && (
          <button
            type="button"
            class="nav-link mt-2"
            aria-label={t("panel.all_of", { name: t(`column.${name}`) })}
            onClick={() => props.onAll(name)}
          >
            {t("panel.all")}
          </button>
        )}
      </div>
    </section>
  );
}

interface BodyProps extends PanelCardProps {
  tab: Tab;
  name: PanelName;
  panel: Panel;
}

/** The card keeps the height of nine rows, so that neither a tab nor what happens live moves anything below. */
function Body({ card, isAlone, tab, name, panel, data, view, question, hrefWith, onChange }: BodyProps) {
  const { limits } = useViewer();
  const { opening, close } = useStep(view.versions !== null);
  const { dimension, rows } = panel;
  const filterOf = (value: string) => rowFilter(dimension, value);
  const hrefOf = (value: string) => hrefWith({ filters: toggleFilter(view.filters, filterOf(value)) });
  const isActive = (value: string) => view.filters.some((filter) => sameFilter(filter, filterOf(value)));
  const total = data.totals.visitors.value;
  const shared = { dimension, rows, total, hrefOf, isActive, column: t(`column.${name}`) };
  const asked = { site: data.site.domain, question, asOf: data.as_of };
  const height = isAlone ? "" : "md:min-h-[21.5rem]";

  if (tab === "map")
    return (
      <div class={height}>
        <WorldMap {...asked} total={data.totals.visitors.value} hrefOf={hrefOf} isActive={isActive} />
      </div>
    );

  const versions = `${dimension}_version`;
  const hasVersions =
    (tab === "browsers" || tab === "os") && (limits === null || offersDimension(limits, versions));
  if (hasVersions && view.versions)
    return (
      <div class={height}>
        <Versions
          key={view.versions}
          {...asked}
          of={view.versions}
          dimension={dimension}
          filters={view.filters}
          hrefWith={hrefWith}
          onBack={() => close(() => onChange({ versions: null }))}
        />
      </div>
    );

  const isBlank = rows.every(({ value }) => value === "" || value === "(not set)");
  const isPlaces = (tab === "regions" || tab === "cities") && isBlank && limits === null;
  return (
    <div class={height}>
      {tab === "campaigns" && <UtmChoice selected={view.utm} onSelect={(utm) => onChange({ utm })} />}
      {rows.length === 0 || isPlaces ? (
        <Empty card={card} tab={tab} isFiltered={view.filters.length > 0 && !isPlaces} />
      ) : tab === "events" ? (
        <EventRows {...shared} {...asked} />
      ) : (
        <Rows
          key={dimension}
          {...shared}
          action={
            hasVersions
              ? (value, name) => (
                  <button
                    type="button"
                    class="row-action"
                    data-versions={value}
                    aria-label={t("versions.show", { name })}
                    title={t("versions.show", { name })}
                    onClick={() => {
                      opening();
                      onChange({ versions: value });
                    }}
                  >
                    <Icon name="chevron" class="-rotate-90" />
                  </button>
                )
              : undefined
          }
        />
      )}
    </div>
  );
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
