// The filters of the toolbar: those in force as pills, a menu of what else can be filtered by, and for members the saved
// segments. The editor and all that is about segments come when they are needed.

import { useState } from "preact/hooks";
import { t } from "../i18n";
import { ANY_PROPERTY, newFilter, offeredGroups } from "../lib/filter-groups";
import { type Filter, putFilter, removeFilter } from "../lib/filters";
import { seenPeriod } from "../lib/limits";
import { dimensionName } from "../lib/names";
import type { View } from "../lib/view";
import { segmentOf } from "../state/segments";
import { useViewer } from "../state/viewer";
import { FilterPills, filterText, Pill } from "./FilterPills";
import { Icon } from "./Icon";
import { lazyPart } from "./lazy-part";
import { Menu, MenuAction, MenuGroup } from "./Menu";
import { useKeptFocus } from "./use-kept-focus";
import { useKeys } from "./use-keys";

const FilterEditor = lazyPart(() => import("./FilterEditor").then((module) => module.FilterEditor));
const Segments = lazyPart(() => import("./Segments").then((module) => module.Segments));

interface FilterBarProps {
  /** Domain or id, as the address has it. */
  site: string;
  view: View;
  onChange: (filters: Filter[]) => void;
}

interface Editing {
  filter: Filter;
  /** What is edited; missing when one is added. */
  original?: Filter;
}

export function FilterBar({ site, view, onChange }: FilterBarProps) {
  const { limits, board } = useViewer();
  const [editing, setEditing] = useState<Editing | null>(null);
  const { filters } = view;
  const isMember = limits === null;
  useKeys({ Escape: filters.length > 0 ? () => onChange([]) : undefined });

  return (
    <>
      <Applied
        site={site}
        filters={filters}
        onEdit={(original) => setEditing({ filter: original, original })}
        onChange={onChange}
      />
      <AddFilter
        isFirst={filters.length === 0}
        onChoose={(dimension) => setEditing({ filter: newFilter(dimension) })}
      />
      {isMember && <Segments site={site} filters={filters} onApply={onChange} />}
      {editing && (
        <FilterEditor
          site={site}
          period={seenPeriod(limits, view.period, board.data.value?.range)}
          start={editing.filter}
          others={editing.original ? removeFilter(filters, editing.original) : filters}
          onClose={() => setEditing(null)}
          onApply={(filter) => {
            setEditing(null);
            onChange(putFilter(filters, filter, editing.original));
          }}
          onRemove={
            editing.original &&
            (() => {
              setEditing(null);
              if (editing.original) onChange(removeFilter(filters, editing.original));
            })
          }
        />
      )}
    </>
  );
}

interface AppliedProps {
  site: string;
  filters: readonly Filter[];
  onEdit: (filter: Filter) => void;
  onChange: (filters: Filter[]) => void;
}

/** What is filtered by now; a segment is told by its name, and opens into its filters. */
function Applied({ site, filters, onEdit, onChange }: AppliedProps) {
  const [isOpen, setOpen] = useState(false);
  const bar = useKeptFocus<HTMLUListElement>();
  if (filters.length === 0) return null;
  const segment = segmentOf(site, filters);
  const list = filters.map(filterText).join("\n");
  return (
    <ul ref={bar} aria-label={t("filter.label")} class="contents">
      {segment && (
        <Pill
          title={list}
          name={t("filter.segment", { name: segment.name })}
          removeName={t("filter.segment_leave", { name: segment.name })}
          isOpen={isOpen}
          onOpen={() => setOpen(!isOpen)}
          onRemove={() => onChange([])}
        >
          <Icon name="bookmark" size={14} class="-mt-0.5 mr-1.5 inline-block text-primary" />
          <strong class="font-semibold">{segment.name}</strong>
        </Pill>
      )}
      {(!segment || isOpen) && (
        <FilterPills
          filters={filters}
          onEdit={onEdit}
          onRemove={(filter) => onChange(removeFilter(filters, filter))}
        />
      )}
      {!segment && filters.length > 1 && (
        <li>
          <button type="button" class="nav-link" onClick={() => onChange([])}>
            {t("filter.clear")}
          </button>
        </li>
      )}
    </ul>
  );
}

interface AddFilterProps {
  /** Nothing stands before it: its text begins where everything begins. */
  isFirst: boolean;
  onChoose: (dimension: string) => void;
}

function AddFilter({ isFirst, onChoose }: AddFilterProps) {
  const { limits } = useViewer();
  const groups = offeredGroups(limits);
  if (groups.length === 0) return null;
  return (
    <Menu
      label={t("filter.add_label")}
      align="start"
      keys="F"
      buttonClass={`nav-link inline-flex h-9 items-center gap-1.5 whitespace-nowrap ${isFirst ? "-ml-2" : ""}`}
      listClass={groups.length > 2 ? "sm:w-[30rem] sm:columns-2 sm:gap-2" : ""}
      button={
        <>
          <Icon name="plus" size={14} />
          {t("filter.add")}
        </>
      }
    >
      {(close) =>
        groups.map(([name, dimensions]) => (
          <MenuGroup key={name} name={t(`filter.group.${name}`)}>
            {dimensions.map((dimension) => (
              <MenuAction
                key={dimension}
                onChoose={() => {
                  close();
                  onChoose(dimension);
                }}
              >
                {dimension === ANY_PROPERTY ? t("filter.property") : dimensionName(dimension)}
              </MenuAction>
            ))}
          </MenuGroup>
        ))
      }
    </Menu>
  );
}
