import { locale, t, tParts } from "../i18n";
import { type Filter, removeFilter } from "../lib/filters";
import { dimensionName, valueName } from "../lib/names";
import { Icon } from "./Icon";
import { useKeptFocus } from "./use-kept-focus";

interface FilterPillsProps {
  filters: readonly Filter[];
  onChange: (filters: Filter[]) => void;
}

/** The filters in force, each with a button that removes it. */
export function FilterPills({ filters, onChange }: FilterPillsProps) {
  const list = useKeptFocus<HTMLUListElement>();
  if (filters.length === 0) return null;
  return (
    <ul ref={list} aria-label={t("filter.label")} class="flex min-w-0 flex-wrap items-center gap-2">
      {filters.map((filter) => {
        const text = filterText(filter);
        return (
          <li key={text} class="pill">
            <span class="min-w-0 truncate" title={text}>
              {tParts(`filter.op.${filter.operator}`, {
                dimension: dimensionName(filter.dimension),
                values: <strong class="font-semibold">{valuesText(filter)}</strong>,
              })}
            </span>
            <button
              type="button"
              class="ml-1 grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:text-base-content"
              aria-label={t("filter.remove", { filter: text })}
              onClick={() => onChange(removeFilter(filters, filter))}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        );
      })}
      {filters.length > 1 && (
        <li>
          <button type="button" class="nav-link" onClick={() => onChange([])}>
            {t("filter.clear")}
          </button>
        </li>
      )}
    </ul>
  );
}

const either = new Intl.ListFormat(locale, { type: "disjunction" });

function valuesText({ dimension, values }: Filter): string {
  return either.format(values.map((value) => valueName(dimension, value)));
}

function filterText(filter: Filter): string {
  return t(`filter.op.${filter.operator}`, {
    dimension: dimensionName(filter.dimension),
    values: valuesText(filter),
  });
}
