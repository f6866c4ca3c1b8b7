// The choices of the toolbar: period, comparison, interval.

import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Comparison, DateRange, Interval, Preset } from "../api/types";
import { t } from "../i18n";
import { rangeWords, today } from "../lib/dates";
import { isWhole, type Limits, offersComparison, offersPreset } from "../lib/limits";
import { COMPARISONS, intervalsOf, PRESET_GROUPS } from "../lib/view";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";
import { Icon } from "./Icon";
import { Menu, MenuAction, MenuChoice, MenuLine } from "./Menu";

interface PeriodPickerProps {
  period: DateRange;
  timezone: string;
  /** Only periods within these are offered. */
  limits: Limits | null;
  onChange: (period: DateRange) => void;
}

export function PeriodPicker({ period, timezone, limits, onChange }: PeriodPickerProps) {
  const [isAsking, setAsking] = useState(false);
  const shownWhole = limits !== null && isWhole(limits, period);
  const nameOf = (preset: Preset) => t(limits && preset === "all" ? "share.all_shown" : `period.${preset}`);
  const name =
    typeof period === "string"
      ? nameOf(period)
      : shownWhole
        ? nameOf("all")
        : rangeWords(`${period[0]}T00:00:00`, `${period[1]}T23:59:59`);
  const day = today(timezone);
  const groups = PRESET_GROUPS.map((group) =>
    group.filter((preset) => limits === null || offersPreset(limits, preset, day)),
  ).filter((group) => group.length > 0);
  return (
    <>
      <Menu
        label={t("period.label", { period: name })}
        button={
          <>
            <Icon name="calendar" class="text-quiet" />
            {name}
            <Icon name="chevron" class="text-quiet" />
          </>
        }
      >
        {(close) => (
          <>
            {groups.map((group, index) => (
              <Fragment key={group[0]}>
                {index > 0 && <MenuLine />}
                {group.map((preset) => (
                  <MenuChoice
                    key={preset}
                    checked={preset === period || (preset === "all" && shownWhole)}
                    onChoose={() => {
                      close();
                      onChange(preset);
                    }}
                  >
                    {nameOf(preset)}
                  </MenuChoice>
                ))}
              </Fragment>
            ))}
            <MenuLine />
            <MenuAction
              onChoose={() => {
                close();
                setAsking(true);
              }}
            >
              {t("period.custom")}
            </MenuAction>
          </>
        )}
      </Menu>
      {isAsking && (
        <CustomRange
          period={period}
          first={limits?.first ?? undefined}
          last={limits?.last ?? day}
          onClose={() => setAsking(false)}
          onApply={(range) => {
            setAsking(false);
            onChange(range);
          }}
        />
      )}
    </>
  );
}

interface CustomRangeProps {
  period: DateRange;
  /** The days that may be chosen. */
  first: string | undefined;
  last: string;
  onClose: () => void;
  onApply: (range: [string, string]) => void;
}

function CustomRange({ period, first, last, onClose, onApply }: CustomRangeProps) {
  const [from, setFrom] = useState(typeof period === "string" ? last : period[0]);
  const [to, setTo] = useState(typeof period === "string" ? last : period[1]);
  const [error, setError] = useState<string>();
  return (
    <Dialog title={t("period.custom_title")} onClose={onClose}>
      <form
        class="space-y-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!from || !to) setError(t("auth.required"));
          else if (to < from) setError(t("period.order"));
          else if ((first && from < first) || to > last) setError(t("share.out_of_range"));
          else onApply([from, to]);
        }}
      >
        <div class="grid gap-4 min-[420px]:grid-cols-2">
          <TextField
            label={t("period.from")}
            name="from"
            type="date"
            value={from}
            {...(first ? { min: first } : {})}
            max={last}
            onInput={setFrom}
          />
          <TextField
            label={t("period.to")}
            name="to"
            type="date"
            value={to}
            {...(first ? { min: first } : {})}
            max={last}
            onInput={setTo}
            error={error}
          />
        </div>
        <div class="flex justify-end gap-2">
          <button type="button" class="btn btn-ghost" onClick={onClose}>
            {t("app.cancel")}
          </button>
          <button type="submit" class="btn btn-primary">
            {t("period.apply")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface ComparisonPickerProps {
  comparison: Comparison | null;
  period: DateRange;
  timezone: string;
  limits: Limits | null;
  onChange: (comparison: Comparison | null) => void;
}

export function ComparisonPicker({ comparison, period, timezone, limits, onChange }: ComparisonPickerProps) {
  const day = today(timezone);
  const possible = COMPARISONS.filter(
    (choice) => limits === null || offersComparison(limits, choice, period, day),
  );
  if (period === "all" || possible.length === 0) return null;
  const choices: (Comparison | null)[] = [...possible, null];
  return (
    <Menu
      label={t("compare.label", { comparison: t(`compare.short.${comparison ?? "none"}`) })}
      button={
        <>
          <span class={comparison ? "" : "text-quiet"}>{t(`compare.short.${comparison ?? "none"}`)}</span>
          <Icon name="chevron" class="text-quiet" />
        </>
      }
    >
      {(close) =>
        choices.map((choice) => (
          <MenuChoice
            key={choice ?? "none"}
            checked={choice === comparison}
            onChoose={() => {
              close();
              onChange(choice);
            }}
          >
            {t(`compare.${choice ?? "none"}`)}
          </MenuChoice>
        ))
      }
    </Menu>
  );
}

interface IntervalPickerProps {
  period: DateRange;
  /** The interval on the chart now. */
  shown: Interval;
  onChange: (interval: Interval) => void;
}

export function IntervalPicker({ period, shown, onChange }: IntervalPickerProps) {
  const choices = intervalsOf(period);
  if (choices.length < 2) return null;
  return (
    <Menu
      label={t("interval.label", { interval: t(`interval.${shown}`) })}
      buttonClass="nav-link inline-flex items-center gap-1 px-1.5 text-xs sm:px-2"
      button={
        <>
          {t(`interval.${shown}`)}
          <Icon name="chevron" />
        </>
      }
    >
      {(close) =>
        choices.map((interval) => (
          <MenuChoice
            key={interval}
            checked={interval === shown}
            onChoose={() => {
              close();
              onChange(interval);
            }}
          >
            {t(`interval.${interval}`)}
          </MenuChoice>
        ))
      }
    </Menu>
  );
}
