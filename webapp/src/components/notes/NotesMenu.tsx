// The annotations within the chart: to read for all members, to add and change for those who manage the site.

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Annotation, TimeSeries } from "../../api/types";
import { t } from "../../i18n";
import { annotationMarks, dayToAnnotate } from "../../lib/annotation-marks";
import { dayWords, today } from "../../lib/dates";
import { annotationsOf } from "../../state/annotations";
import { canManage } from "../../state/me";
import { Icon } from "../Icon";
import { Menu, MenuAction, MenuLine } from "../Menu";
import { NoteDialog } from "./NoteDialog";

interface NotesMenuProps {
  site: string;
  timezone: string;
  series: TimeSeries;
  lastRead: RefObject<number | null>;
}

export function NotesMenu({ site, timezone, series, lastRead }: NotesMenuProps) {
  /** The annotation that is changed, or the day of a new one. */
  const [open, setOpen] = useState<Annotation | string | null>(null);
  const shown = [...annotationMarks(series, annotationsOf(site)).values()].flat();
  if (!canManage.value) return null;
  return (
    <>
      <Menu
        label={t("notes.menu")}
        buttonClass="nav-link inline-flex items-center gap-1 px-1.5 text-xs sm:px-2"
        button={
          <>
            {t("chart.notes")}
            <Icon name="chevron" />
          </>
        }
      >
        {(close) => (
          <>
            <MenuAction
              onChoose={() => {
                close();
                setOpen(dayToAnnotate(series, lastRead.current ?? null, today(timezone)));
              }}
            >
              <Icon name="plus" />
              {t("notes.add")}
            </MenuAction>
            {shown.length > 0 && <MenuLine />}
            {shown.map((note) => (
              <MenuAction
                key={note.id}
                onChoose={() => {
                  close();
                  setOpen(note);
                }}
              >
                <span class="block w-64 max-w-full min-w-0">
                  <span class="block text-xs text-quiet">{dayWords(note.date)}</span>
                  <span class="block truncate">{note.text}</span>
                </span>
              </MenuAction>
            ))}
          </>
        )}
      </Menu>
      {open !== null && (
        <NoteDialog
          site={site}
          note={typeof open === "string" ? null : open}
          day={typeof open === "string" ? open : open.date}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
