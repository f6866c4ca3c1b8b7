import type { ComponentChildren } from "preact";
import { locale, t, tParts } from "../i18n";
import { encodeFilter, type Filter } from "../lib/filters";
import { dimensionName, valueName } from "../lib/names";
import { once } from "../lib/once";
import { Icon } from "./Icon";

interface FilterPillsProps {
  filters: readonly Filter[];
  onEdit: (filter: Filter) => void;
  onRemove: (filter: Filter) => void;
}

/** The filters in force: each a button that opens it, and one that removes it. */
export function FilterPills({ filters, onEdit, onRemove }: FilterPillsProps) {
  return (
    <>
      {filters.map((filter) => {
        const text = filterText(filter);
        return (
          <Pill
            key={encodeFilter(filter)}
            title={text}
            name={t("filter.edit", { filter: text })}
            removeName={t("filter.remove", { filter: text })}
            onOpen={() => onEdit(filter)}
            onRemove={() => onRemove(filter)}
            note={mindsCase(filter) && <span title={t("filter.case")}>Aa</span>}
          >
            {tParts(`filter.op.${filter.operator}`, {
              dimension: dimensionName(filter.dimension),
              values: <strong class="font-semibold">{valuesText(filter)}</strong>,
            })}
          </Pill>
        );
      })}
    </>
  );
}

interface PillProps {
  title: string;
  name: string;
  removeName: string;
  isOpen?: boolean;
  onOpen: () => void;
  onRemove: () => void;
  /** What stands behind its text. */
  note?: ComponentChildren;
  children: ComponentChildren;
}

export function Pill({ title, name, removeName, isOpen, onOpen, onRemove, note, children }: PillProps) {
  return (
    <li class="pill">
      <button
        type="button"
        class="h-full min-w-0 truncate rounded-full hover:underline underline-offset-4"
        title={title}
        aria-label={name}
        aria-expanded={isOpen}
        onClick={onOpen}
      >
        {children}
      </button>
      {note && <span class="ml-1.5 text-xs text-quiet">{note}</span>}
      <button
        type="button"
        class="ml-1 grid size-8 shrink-0 place-items-center rounded-full text-quiet hover:text-base-content"
        aria-label={removeName}
        onClick={onRemove}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

const either = once(() => new Intl.ListFormat(locale, { type: "disjunction" }));

function valuesText({ dimension, values }: Filter): string {
  return either().format(values.map((value) => valueName(dimension, value)));
}

/** Part of a text is looked for in any case, if nothing else is said. */
const mindsCase = ({ operator, anyCase }: Filter): boolean => operator.startsWith("contains") && !anyCase;

export function filterText(filter: Filter): string {
  return t(`filter.op.${filter.operator}`, {
    dimension: dimensionName(filter.dimension),
    values: valuesText(filter),
  });
}
