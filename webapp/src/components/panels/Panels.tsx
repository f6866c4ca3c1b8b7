// The cards below the chart, and the full table that one of them may have opened.

import type { Dashboard, PanelName } from "../../api/types";
import { t } from "../../i18n";
import { rowFilter, sameFilter, toggleFilter } from "../../lib/filters";
import { type Card, queryOf, TABS, type Tab, UTM_PANELS, type View } from "../../lib/view";
import { useViewer } from "../../state/viewer";
import { lazyPart } from "../lazy-part";
import { useStep } from "../use-step";
import { PanelCard } from "./PanelCard";

const FullTable = lazyPart(() => import("../table/FullTable").then((module) => module.FullTable));

interface PanelsProps {
  data: Dashboard;
  view: View;
  hrefWith: (part: Partial<View>) => string;
  onChange: (change: Partial<View>) => void;
}

/** Those that the answer holds: a share link may show some panels only, and then the rest moves together. */
export function Panels({ data, view, hrefWith, onChange }: PanelsProps) {
  const { limits } = useViewer();
  const { opening, close } = useStep(view.all !== null);
  const cards = CARDS.map((card) => ({ card, tabs: shownTabs(card, data) })).filter(
    ({ tabs }) => tabs.length > 0,
  );
  const small = cards.filter(({ card }) => card !== "events").length;
  const asked = queryOf(view);
  // All time through a share link is the range that the dashboard was cut to.
  const { range } = data;
  const date_range =
    limits && view.period === "all"
      ? ([range.from.slice(0, 10), range.to.slice(0, 10)] as [string, string])
      : view.period;
  const question = { date_range, filters: asked.filters ?? [] };
  const opened = view.all && data.panels[view.all];

  return (
    <div class="grid grid-cols-1 gap-4 md:grid-cols-2">
      {cards.map(({ card, tabs }, index) => {
        const isAlone = card === "events" || (small % 2 === 1 && index === small - 1);
        return (
          <div key={card} class={isAlone ? "md:col-span-2" : ""}>
            <PanelCard
              {...{ card, tabs, isAlone, data, view, question, hrefWith, onChange }}
              onAll={(all) => {
                opening();
                onChange({ all });
              }}
            />
          </div>
        );
      })}
      {view.all && opened && (
        <FullTable
          name={view.all}
          title={titleOf(view.all)}
          site={data.site.domain}
          dimension={opened.dimension}
          question={question}
          days={[range.from.slice(0, 10), range.to.slice(0, 10)]}
          hrefOf={(value) =>
            hrefWith({ all: null, filters: toggleFilter(view.filters, rowFilter(opened.dimension, value)) })
          }
          isActive={(value) =>
            view.filters.some((filter) => sameFilter(filter, rowFilter(opened.dimension, value)))
          }
          onClose={() => close(() => onChange({ all: null }))}
        />
      )}
    </div>
  );
}

const CARDS = Object.keys(TABS) as Card[];

/** The rankings that a tab shows. */
function panelsOf(tab: Tab): readonly PanelName[] {
  if (tab === "campaigns") return UTM_PANELS;
  return tab === "map" ? ["countries"] : [tab];
}

function shownTabs(card: Card, data: Dashboard): readonly Tab[] {
  const tabs: readonly Tab[] = TABS[card];
  return tabs.filter((tab) => panelsOf(tab).some((name) => data.panels[name]));
}

/** "Pages · Entry"; a card that shows one thing has its name. */
function titleOf(ranking: PanelName): string {
  for (const card of CARDS) {
    const tabs: readonly Tab[] = TABS[card];
    const tab = tabs.find((tab) => tab !== "map" && panelsOf(tab).includes(ranking));
    if (!tab) continue;
    const name = tab === "campaigns" ? t(`column.${ranking}`) : t(`tab.${tab}`);
    return tabs.length > 1 ? `${t(`panel.${card}`)} · ${name}` : t(`panel.${card}`);
  }
  return t(`column.${ranking}`);
}
