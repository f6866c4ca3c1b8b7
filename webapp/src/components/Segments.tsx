// The saved segments of a site: a menu to apply them, and for those who may change the site ways to save, rename, update
// and delete them. For members only; the code comes with their dashboard.

import { useEffect, useState } from "preact/hooks";
import { listSegments } from "../api/segments";
import type { Segment } from "../api/types";
import { t } from "../i18n";
import { type Filter, fromApi } from "../lib/filters";
import { canManage } from "../state/me";
import { segmentOf, segments, segmentsOf } from "../state/segments";
import { Icon } from "./Icon";
import { Menu, MenuAction, MenuChoice, MenuLine } from "./Menu";
import { ManageSegments, SaveSegment } from "./SegmentDialogs";

interface SegmentsProps {
  site: string;
  filters: readonly Filter[];
  onApply: (filters: Filter[]) => void;
}

export function Segments({ site, filters, onApply }: SegmentsProps) {
  const [dialog, setDialog] = useState<"save" | "manage" | null>(null);
  const list = segmentsOf(site);

  useEffect(() => {
    let gone = false;
    if (segmentsOf(site) === null)
      listSegments(site).then(
        (found) => {
          if (!gone) segments.value = { site, list: found };
        },
        // Without them the dashboard is whole; the next visit asks again.
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [site]);

  if (list === null) return null;
  const applied = segmentOf(site, filters);
  const canSave = canManage.value && filters.length > 0 && !applied;
  return (
    <>
      {canSave && (
        <button type="button" class="nav-link h-9 whitespace-nowrap" onClick={() => setDialog("save")}>
          {t("segment.save")}
        </button>
      )}
      {list.length > 0 && (
        <Menu
          label={t("segment.menu")}
          align="start"
          buttonClass="nav-link inline-flex h-9 items-center gap-1.5 whitespace-nowrap"
          button={
            <>
              <Icon name="bookmark" size={14} />
              {t("segment.segments")}
            </>
          }
        >
          {(close) => (
            <>
              {list.map((segment) => (
                <SegmentEntry
                  key={segment.id}
                  segment={segment}
                  checked={segment.id === applied?.id}
                  onApply={(chosen) => {
                    close();
                    onApply(chosen);
                  }}
                />
              ))}
              {canManage.value && (
                <>
                  <MenuLine />
                  <MenuAction
                    onChoose={() => {
                      close();
                      setDialog("manage");
                    }}
                  >
                    {t("segment.manage")}
                  </MenuAction>
                </>
              )}
            </>
          )}
        </Menu>
      )}
      {dialog === "save" && <SaveSegment site={site} filters={filters} onClose={() => setDialog(null)} />}
      {dialog === "manage" && (
        <ManageSegments site={site} list={list} filters={filters} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

interface SegmentEntryProps {
  segment: Segment;
  checked: boolean;
  onApply: (filters: Filter[]) => void;
}

/** One made over the API may hold what pills can't show; it is no choice here. */
function SegmentEntry({ segment, checked, onApply }: SegmentEntryProps) {
  const filters = fromApi(segment.filters);
  if (filters === null) return null;
  return (
    <MenuChoice checked={checked} onChoose={() => onApply(checked ? [] : filters)}>
      <span class="min-w-0 truncate">{segment.name}</span>
    </MenuChoice>
  );
}
