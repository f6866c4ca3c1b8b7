// Asks for the two days of a range.

import { useState } from "preact/hooks";
import type { DateRange } from "../api/types";
import { t } from "../i18n";
import { presetDays } from "../lib/limits";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";

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

export function CustomRange({ period, first, last, isShared, onClose, onApply }: CustomRangeProps) {
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
