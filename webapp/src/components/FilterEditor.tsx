// The dialog in which a filter is made or changed. What the server does not understand is told beside the field.

import { useEffect, useRef, useState } from "preact/hooks";
import { toApiError } from "../api/problem";
import type { DateRange } from "../api/types";
import { t } from "../i18n";
import {
  ANY_PROPERTY,
  asksCase,
  completes,
  filterFault,
  operatorsFor,
  toggleValue,
  withOperator,
} from "../lib/filter-groups";
import { type Filter, OPERATORS } from "../lib/filters";
import { dimensionName, isCountryCode } from "../lib/names";
import { meantBy, suggestionQuestion } from "../lib/suggestions";
import { useViewer } from "../state/viewer";
import { Dialog } from "./Dialog";
import { SelectField, TextField } from "./Field";
import { TickField } from "./MoreFields";
import { useSuggestions } from "./use-suggestions";
import { ValueBox } from "./ValueBox";

interface FilterEditorProps {
  site: string;
  period: DateRange;
  start: Filter;
  /** The filters that hold besides: suggestions are among what they pass. */
  others: readonly Filter[];
  onApply: (filter: Filter) => void;
  onRemove: (() => void) | undefined;
  onClose: () => void;
}

export function FilterEditor({ site, period, start, others, ...props }: FilterEditorProps) {
  const { connection } = useViewer();
  const [filter, setFilter] = useState(start);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [fault, setFault] = useState<ReturnType<typeof filterFault>>(null);
  const [isChecking, setChecking] = useState(false);
  const { dimension, operator } = filter;
  const isProperty = start.dimension.startsWith(ANY_PROPERTY);
  const isPattern = operator.startsWith("matches");
  const suggestions = useSuggestions(site, filter, others, period, typed);
  const hint = hintOf(filter);
  // What was given up while it was looked at is not applied afterwards.
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  const change = (next: Filter) => {
    setFilter(next);
    setError(null);
    setFault(null);
  };

  /** The filter with what is typed, `null` when that can't be taken. */
  const withTyped = async (): Promise<Filter | null> => {
    if (typed.trim() === "") return filter;
    const list = operator.startsWith("is") ? await suggestions.settle().catch(() => []) : [];
    const value = meantBy(filter, list, typed);
    // Codes that nobody knows by heart: what names no country is none.
    if (dimension === "visit:country" && !isCountryCode(value) && list.length === 0) {
      setError(t("filter.choose"));
      return null;
    }
    const whole = filter.values.includes(value) ? filter : toggleValue(filter, value);
    change(whole);
    setTyped("");
    return whole;
  };

  const submit = async () => {
    const whole = await withTyped();
    if (whole === null || isGone.current) return;
    const found = filterFault(whole);
    setFault(found);
    if (found) return;
    if (!isPattern) return props.onApply(whole);
    // Only the server knows which patterns it takes.
    setChecking(true);
    try {
      const question = suggestionQuestion(whole, [...others, whole], "");
      await connection.listValues(site, { date_range: period, ...question, limit: 1 });
      if (!isGone.current) props.onApply(whole);
    } catch (reason) {
      setError(toApiError(reason).text);
    }
    setChecking(false);
  };

  return (
    <Dialog
      title={t(props.onRemove ? "filter.edit_title" : "filter.new_title", { dimension: titleOf(start) })}
      sheet
      onClose={props.onClose}
    >
      <form
        class="space-y-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {isProperty && (
          <TextField
            label={t("filter.property_key")}
            name="property"
            hint={t("filter.property_hint")}
            error={fault === "no_property" ? t("filter.fault.no_property") : undefined}
            value={dimension.slice(ANY_PROPERTY.length)}
            autofocus={start.dimension === ANY_PROPERTY}
            onInput={(key) => change({ ...filter, dimension: ANY_PROPERTY + key })}
          />
        )}
        <SelectField
          label={t("filter.operator")}
          name="operator"
          value={operator}
          options={operatorsFor(dimension, start.operator).map((word) => [word, t(`filter.word.${word}`)])}
          onChange={(word) => {
            const next = OPERATORS.find((known) => known === word);
            if (next) change(withOperator(filter, next));
          }}
          hint={hint}
        />
        <ValueBox
          dimension={dimension}
          values={filter.values}
          typed={typed}
          suggestions={suggestions.list}
          completes={completes(filter)}
          isPattern={isPattern}
          error={
            error ??
            (fault === "no_value" ? t("filter.fault.no_value") : null) ??
            suggestions.error?.text ??
            null
          }
          onType={(text) => {
            setTyped(text);
            setError(null);
            setFault(null);
          }}
          onToggle={(value) => change(toggleValue(filter, value))}
          onEnter={() => void withTyped()}
        />
        {asksCase(dimension, operator) && (
          <TickField
            label={t("filter.case")}
            name="case"
            checked={!filter.anyCase}
            onChange={(minds) => {
              const { anyCase: _, ...rest } = filter;
              change(minds ? rest : { ...rest, anyCase: true });
            }}
          />
        )}
        <div class="flex flex-wrap items-center gap-2">
          {props.onRemove && (
            <button type="button" class="btn btn-ghost -ml-3 text-worse" onClick={props.onRemove}>
              {t("filter.remove_this")}
            </button>
          )}
          <button type="button" class="btn btn-ghost ml-auto" onClick={props.onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" class="btn btn-primary" disabled={isChecking}>
            {t("filter.apply")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const titleOf = ({ dimension }: Filter): string =>
  dimension === ANY_PROPERTY ? t("filter.property") : dimensionName(dimension);

function hintOf({ dimension, operator }: Filter): string | undefined {
  if (operator.startsWith("matches")) return t("filter.hint.pattern");
  return dimension === "event:page" && operator.startsWith("is") ? t("filter.hint.wildcard") : undefined;
}
