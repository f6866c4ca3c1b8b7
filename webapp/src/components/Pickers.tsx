// The choices of the toolbar: period, comparison, interval.

import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Comparison, DateRange, Interval, Preset } from "../api/types";
import { t } from "../i18n";
import { rangeWords, today } from "../lib/dates";
import { keyOfPeriod, PERIOD_KEYS, type Shortcut } from "../lib/keys";
import { isWhole, type Limits, offersComparison, offersPreset, offersRealtime } from "../lib/limits";
import { COMPARISONS, intervalsOf, type Period, PRESET_GROUPS, REALTIME } from "../lib/view";
import { Icon } from "./Icon";
import { lazyPart } from "./lazy-part";
import { Menu, MenuAction, MenuChoice, MenuLine } from "./Menu";
import { useKeys } from "./use-keys";

const CustomRange = lazyPart(() => import("./CustomRange").then((module) => module.CustomRange));

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
