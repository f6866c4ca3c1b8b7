// Saving, renaming, updating and deleting segments.

import { useState } from "preact/hooks";
import { changeSegment, createSegment, deleteSegment } from "../api/segments";
import type { Segment } from "../api/types";
import { t, tn } from "../i18n";
import { type Filter, fromApi, sameFilters, toApi } from "../lib/filters";
import { flash } from "../state/flash";
import { dropSegment, keepSegment } from "../state/segments";
import { Dialog } from "./Dialog";
import { TextField } from "./Field";
import { filterText } from "./FilterPills";
import { FormDialog } from "./Form";
import { useForm } from "./use-form";

interface SaveSegmentProps {
  site: string;
  filters: readonly Filter[];
  onClose: () => void;
}

export function SaveSegment({ site, filters, onClose }: SaveSegmentProps) {
  return (
    <NameDialog
      title={t("segment.save_title")}
      submit={t("segment.save_submit")}
      start=""
      filters={filters}
      send={async (name) => {
        keepSegment(site, await createSegment(site, { name, filters: toApi(filters) }));
        flash(t("segment.saved", { name }));
      }}
      onClose={onClose}
    />
  );
}

interface NameDialogProps {
  title: string;
  submit: string;
  start: string;
  filters: readonly Filter[];
  send: (name: string) => Promise<void>;
  onClose: () => void;
}

function NameDialog({ title, submit, start, filters, send, onClose }: NameDialogProps) {
  const [name, setName] = useState(start);
  const form = useForm(["name"]);
  const onSubmit = async () => {
    const clean = name.trim();
    if (clean === "") return form.refuse({ name: t("auth.required") });
    if (
      await form.send(
        () => send(clean),
        (problem) => (problem.status === 409 ? { name: t("segment.taken") } : undefined),
      )
    )
      onClose();
  };
  return (
    <FormDialog
      title={title}
      submit={submit}
      isSending={form.isSending}
      error={form.errors.form}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <TextField
        label={t("segment.name")}
        name="name"
        hint={t("segment.name_hint")}
        value={name}
        autofocus
        onInput={(value) => {
          setName(value);
          form.touch("name");
        }}
        error={form.errors.name}
      />
      <FilterList filters={filters} />
    </FormDialog>
  );
}

function FilterList({ filters }: { filters: readonly Filter[] }) {
  return (
    <ul class="list-disc space-y-0.5 pl-5 text-[0.8125rem] text-quiet">
      {filters.map((filter) => (
        <li key={filterText(filter)} class="break-words">
          {filterText(filter)}
        </li>
      ))}
    </ul>
  );
}

interface ManageSegmentsProps {
  site: string;
  list: readonly Segment[];
  /** The filters in force, which a segment can be made to hold. */
  filters: readonly Filter[];
  onClose: () => void;
}

type Asking = { what: "rename" | "update" | "delete"; segment: Segment } | null;

export function ManageSegments({ site, list, filters, onClose }: ManageSegmentsProps) {
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  return (
    <Dialog title={t("segment.manage_title")} wide onClose={onClose}>
      {list.length === 0 ? (
        <p class="py-4 text-quiet">{t("segment.none")}</p>
      ) : (
        <ul class="divide-y divide-line border-t border-line">
          {list.map((segment) => (
            <SegmentRow key={segment.id} segment={segment} filters={filters} onAsk={setAsking} />
          ))}
        </ul>
      )}
      {asking?.what === "rename" && (
        <NameDialog
          title={t("segment.rename_title", { name: asking.segment.name })}
          submit={t("segment.rename")}
          start={asking.segment.name}
          filters={fromApi(asking.segment.filters) ?? []}
          send={async (name) => keepSegment(site, await changeSegment(site, asking.segment.id, { name }))}
          onClose={close}
        />
      )}
      {asking && asking.what !== "rename" && (
        <Confirm site={site} asking={asking} filters={filters} onClose={close} />
      )}
    </Dialog>
  );
}

interface SegmentRowProps {
  segment: Segment;
  filters: readonly Filter[];
  onAsk: (asking: NonNullable<Asking>) => void;
}

function SegmentRow({ segment, filters, onAsk }: SegmentRowProps) {
  const { name } = segment;
  const known = fromApi(segment.filters);
  const canUpdate = filters.length > 0 && !(known && sameFilters(known, filters));
  const actions = (["rename", "update", "delete"] as const).filter((what) => what !== "update" || canUpdate);
  return (
    <li class="py-2.5 sm:flex sm:items-center sm:gap-x-2">
      <div class="min-w-0 grow">
        <p class="font-medium break-words">{name}</p>
        <p class="text-[0.8125rem] break-words text-quiet">
          {known ? known.map(filterText).join(" · ") : tn("segment.by_api", segment.filters.length)}
        </p>
      </div>
      <div class="-ml-3 flex shrink-0 flex-wrap sm:ml-0">
        {actions.map((what) => (
          <button
            key={what}
            type="button"
            class={`btn btn-ghost btn-sm ${what === "delete" ? "text-worse" : ""}`}
            aria-label={t(`segment.${what}_of`, { name })}
            onClick={() => onAsk({ what, segment })}
          >
            {t(`segment.${what}`)}
          </button>
        ))}
      </div>
    </li>
  );
}

interface ConfirmProps {
  site: string;
  asking: NonNullable<Asking>;
  filters: readonly Filter[];
  onClose: () => void;
}

function Confirm({ site, asking, filters, onClose }: ConfirmProps) {
  const form = useForm([]);
  const { segment } = asking;
  const what = asking.what === "delete" ? "delete" : "update";
  const run = async () => {
    if (what === "delete") {
      await deleteSegment(site, segment.id);
      dropSegment(site, segment.id);
    } else keepSegment(site, await changeSegment(site, segment.id, { filters: toApi(filters) }));
  };
  return (
    <FormDialog
      title={t(`segment.${what}_title`, { name: segment.name })}
      submit={t(`segment.${what}_submit`)}
      danger={what === "delete"}
      isSending={form.isSending}
      error={form.errors.form}
      onSubmit={async () => {
        if (await form.send(run)) onClose();
      }}
      onClose={onClose}
    >
      <p>{t(`segment.${what}_confirm`)}</p>
      {what === "update" && <FilterList filters={filters} />}
    </FormDialog>
  );
}
