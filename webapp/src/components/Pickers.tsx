// The choices of the toolbar: period, comparison, interval.

import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Comparison, DateRange, Interval } from "../api/types";
import { t } from "../i18n";
import { rangeWords, today } from "../lib/dates";
import { COMPARISONS, intervalsOf, PRESET_GROUPS } from "../lib/view";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";
import { Icon } from "./Icon";
import { Menu, MenuAction, MenuChoice, MenuLine } from "./Menu";

interface PeriodPickerProps {
  period: DateRange;
  timezone: string;
  onChange: (period: DateRange) => void;
}

export function PeriodPicker({ period, timezone, onChange }: PeriodPickerProps) {
  const [isAsking, setAsking] = useState(false);
  const name =
    typeof period === "string"
      ? t(`period.${period}`)
      : rangeWords(`${period[0]}T00:00:00`, `${period[1]}T23:59:59`);
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
            {PRESET_GROUPS.map((group, index) => (
              <Fragment key={group[0]}>
                {index > 0 && <MenuLine />}
                {group.map((preset) => (
                  <MenuChoice
                    key={preset}
                    checked={preset === period}
                    onChoose={() => {
                      close();
                      onChange(preset);
                    }}
                  >
                    {t(`period.${preset}`)}
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
          timezone={timezone}
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
  timezone: string;
  onClose: () => void;
  onApply: (range: [string, string]) => void;
}

function CustomRange({ period, timezone, onClose, onApply }: CustomRangeProps) {
  const last = today(timezone);
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
          else onApply([from, to]);
        }}
      >
        <div class="grid gap-4 min-[420px]:grid-cols-2">
          <TextField
            label={t("period.from")}
            name="from"
            type="date"
            value={from}
            max={last}
            onInput={setFrom}
          />
          <TextField
            label={t("period.to")}
            name="to"
            type="date"
            value={to}
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
  onChange: (comparison: Comparison | null) => void;
}

export function ComparisonPicker({ comparison, onChange }: ComparisonPickerProps) {
  const choices: (Comparison | null)[] = [...COMPARISONS, null];
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
