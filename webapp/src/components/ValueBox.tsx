// The values of a filter: chips, a field to type the next one, and below it what there is. A combobox after the ARIA
// pattern: the focus stays in the field, arrow keys walk through the list.

import { useId, useState } from "preact/hooks";
import { t, tn } from "../i18n";
import { formatCount } from "../lib/format";
import { valueName } from "../lib/names";
import type { Suggestion } from "../lib/suggestions";
import { Flag } from "./Flag";
import { Icon } from "./Icon";

interface ValueBoxProps {
  dimension: string;
  values: readonly string[];
  typed: string;
  suggestions: readonly Suggestion[] | null;
  /** A part of a name stands for it: the best suggestion is ready for Enter. */
  completes: boolean;
  /** Suggestions only show what a pattern finds; they are no values. */
  isPattern: boolean;
  error: string | null;
  onType: (text: string) => void;
  onToggle: (value: string) => void;
  /** What is typed is all there is to say. */
  onEnter: () => void;
}

export function ValueBox(props: ValueBoxProps) {
  const { dimension, values, typed, isPattern, error, onType, onToggle } = props;
  const id = useId();
  const [active, setActive] = useState(-1);
  const list = props.suggestions ?? [];
  const hasOptions = !isPattern && list.length > 0;
  const first = props.completes && typed.trim() ? 0 : -1;
  const at = hasOptions ? Math.min(active < 0 ? first : active, list.length - 1) : -1;
  const option = list[at];

  const choose = (value: string) => {
    onToggle(value);
    onType("");
    setActive(-1);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && hasOptions) {
      event.preventDefault();
      setActive(at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length);
    } else if (event.key === "Enter" && (option || typed.trim())) {
      event.preventDefault();
      // The best one may be that of fewer letters: what is meant is settled first.
      if (option && active >= 0) choose(option.value);
      else props.onEnter();
    } else if (event.key === "Escape" && (typed || active >= 0)) {
      // The first one empties the field, the next closes the dialog.
      event.preventDefault();
      event.stopPropagation();
      onType("");
      setActive(-1);
    } else if (event.key === "Backspace" && typed === "" && values.length > 0) {
      onToggle(values.at(-1) ?? "");
    }
  };

  return (
    <div class="space-y-1.5">
      <label for={id} class="block font-medium">
        {t("filter.values")}
      </label>
      <div class={`value-box ${error ? "border-error!" : ""}`}>
        {values.length > 0 && (
          <ul aria-label={t("filter.chosen")} class="contents">
            {values.map((value) => (
              <Chip key={value} dimension={dimension} value={value} onRemove={() => onToggle(value)} />
            ))}
          </ul>
        )}
        <input
          id={id}
          type="text"
          role="combobox"
          autofocus
          aria-expanded={hasOptions}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={option && `${id}-${at}`}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : `${id}-error`}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          placeholder={t(isPattern ? "filter.type_pattern" : "filter.type")}
          class="h-7 min-w-32 grow bg-transparent px-1 outline-none"
          value={typed}
          onInput={(event) => {
            onType(event.currentTarget.value);
            setActive(-1);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {error && (
        <p id={`${id}-error`} role="alert" class="text-[0.8125rem] break-words text-worse">
          {error}
        </p>
      )}
      <p
        role="status"
        class={isPattern && typed && list.length > 0 ? "px-1 pt-1 text-xs text-quiet" : "sr-only"}
      >
        {props.suggestions && tn(isPattern ? "filter.matching" : "filter.suggestions", list.length)}
      </p>
      <SuggestionList
        id={id}
        dimension={dimension}
        list={list}
        active={at}
        values={values}
        isPattern={isPattern}
        isWaiting={props.suggestions === null}
        onChoose={choose}
      />
    </div>
  );
}

function Chip({ dimension, value, onRemove }: { dimension: string; value: string; onRemove: () => void }) {
  const name = valueName(dimension, value);
  return (
    <li class="chip">
      {dimension === "visit:country" && <Flag country={value} />}
      <span class="min-w-0 truncate" title={name}>
        {name}
      </span>
      <button
        type="button"
        class="grid size-6 shrink-0 place-items-center rounded-full text-quiet hover:text-base-content"
        aria-label={t("filter.remove_value", { value: name })}
        onClick={onRemove}
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  );
}

interface SuggestionListProps {
  id: string;
  dimension: string;
  list: readonly Suggestion[];
  active: number;
  values: readonly string[];
  isPattern: boolean;
  isWaiting: boolean;
  onChoose: (value: string) => void;
}

/** Always as high, so that nothing below it moves while one types. */
function SuggestionList({ id, dimension, list, active, values, isPattern, ...props }: SuggestionListProps) {
  const row = ({ name, value, visitors }: Suggestion) => (
    <>
      {dimension === "visit:country" && <Flag country={value} />}
      <span class="min-w-0 grow truncate" title={name}>
        {name}
      </span>
      <span class="text-[0.8125rem] text-quiet tabular-nums">{formatCount(visitors)}</span>
    </>
  );
  return (
    <div class="scrolls h-56 overflow-y-auto overscroll-contain max-sm:h-44">
      {isPattern ? (
        <ul>
          {list.map((one) => (
            <li key={one.value} class="option">
              {row(one)}
            </li>
          ))}
        </ul>
      ) : (
        <div id={`${id}-list`} role="listbox" aria-label={t("filter.values")} aria-multiselectable="true">
          {list.map((one, index) => (
            <div
              key={one.value}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={values.includes(one.value)}
              ref={index === active ? intoView : undefined}
              data-active={index === active || undefined}
              class="option cursor-pointer"
              // The focus stays in the field, which has the keys.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => props.onChoose(one.value)}
              onKeyDown={undefined}
            >
              <Icon
                name="check"
                size={14}
                class={values.includes(one.value) ? "text-primary" : "invisible"}
              />
              {row(one)}
            </div>
          ))}
        </div>
      )}
      {list.length === 0 && !props.isWaiting && (
        <p class="px-2 py-6 text-center text-[0.8125rem] text-quiet">{t("filter.nothing")}</p>
      )}
    </div>
  );
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}
