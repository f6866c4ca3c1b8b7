// The choices of the toolbar: period, comparison, interval.

import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Comparison, DateRange, Interval, Preset } from "../api/types";
import { t } from "../i18n";
import { rangeWords, today } from "../lib/dates";
import { keyOfPeriod, PERIOD_KEYS, type Shortcut } from "../lib/keys";
import {
  isWhole,
  type Limits,
  offersComparison,
  offersPreset,
  offersRealtime,
  presetDays,
} from "../lib/limits";
import { COMPARISONS, intervalsOf, type Period, PRESET_GROUPS, REALTIME } from "../lib/view";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";
import { Icon } from "./Icon";
import { Menu, MenuAction, MenuChoice, MenuLine } from "./Menu";
import { useKeys } from "./use-keys";

interface PeriodPickerProps {
  period: DateRange;
  /** What is happening now is shown instead of the period. */
  realtime: boolean;
  timezone: string;
  /** Only periods within these are offered. */
  limits: Limits | null;
  onChange: (period: Period) => void;
}

export function PeriodPicker({ period, realtime, timezone, limits, onChange }: PeriodPickerProps) {
  const [isAsking, setAsking] = useState(false);
  const shownWhole = !realtime && limits !== null && isWhole(limits, period);
  const nameOf = (preset: Preset) => t(limits && preset === "all" ? "share.all_shown" : `period.${preset}`);
  const name = realtime
    ? t("period.realtime")
    : typeof period === "string"
      ? nameOf(period)
      : shownWhole
        ? nameOf("all")
        : rangeWords(`${period[0]}T00:00:00`, `${period[1]}T23:59:59`);
  const day = today(timezone);
  const groups = PRESET_GROUPS.map((group) =>
    group.filter((preset) => limits === null || offersPreset(limits, preset, day)),
  ).filter((group) => group.length > 0);
  const isOffered = (preset: Preset) => groups.some((group) => group.includes(preset));
  const hasNow = offersRealtime(limits, day);
  const keys = Object.entries(PERIOD_KEYS) as [Shortcut, Preset][];
  useKeys({
    ...Object.fromEntries(
      keys.filter(([, preset]) => isOffered(preset)).map(([key, preset]) => [key, () => onChange(preset)]),
    ),
    R: hasNow ? () => onChange(REALTIME) : undefined,
    C: () => setAsking(true),
  });
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
            {hasNow && (
              <>
                <MenuChoice
                  checked={realtime}
                  keys="R"
                  onChoose={() => {
                    close();
                    onChange(REALTIME);
                  }}
                >
                  {t("period.realtime")}
                </MenuChoice>
                <MenuLine />
              </>
            )}
            {groups.map((group, index) => (
              <Fragment key={group[0]}>
                {index > 0 && <MenuLine />}
                {group.map((preset) => (
                  <MenuChoice
                    key={preset}
                    checked={(!realtime && preset === period) || (preset === "all" && shownWhole)}
                    keys={keyOfPeriod(preset)}
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
              keys="C"
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
          isShared={limits !== null}
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
  /** They are what a share link shows. */
  isShared: boolean;
  onClose: () => void;
  onApply: (range: [string, string]) => void;
}

function CustomRange({ period, first, last, isShared, onClose, onApply }: CustomRangeProps) {
  const [start, end] = daysOf(period, first, last);
  const [from, setFrom] = useState(start);
  const [to, setTo] = useState(end);
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
          else if (to > last || (first && from < first))
            setError(t(isShared ? "share.out_of_range" : "period.future"));
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
            autofocus
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

/** The days on the page now, to begin with. */
function daysOf(period: DateRange, first: string | undefined, last: string): [from: string, to: string] {
  if (period === "all") return [first ?? last, last];
  const [from, to] = typeof period === "string" ? presetDays(period, last) : period;
  return [first && from < first ? first : from, to > last ? last : to];
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
  const canCompare = period !== "all" && possible.length > 0;
  const [latest, setLatest] = useState<Comparison | null>(comparison);
  if (comparison !== null && comparison !== latest) setLatest(comparison);
  const back = possible.find((choice) => choice === latest) ?? possible[0] ?? null;
  useKeys({ X: canCompare ? () => onChange(comparison === null ? back : null) : undefined });
  if (!canCompare) return null;
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
            keys={choice === (comparison === null ? back : null) ? "X" : undefined}
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
      buttonClass="nav-link -mx-2 inline-flex items-center gap-1"
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
