// Groups of boxes to tick and buttons to choose by, with explanations.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { sites } from "../state/sites";

interface GroupProps {
  legend: string;
  error?: string | undefined;
  children: ComponentChildren;
}

export function Group({ legend, error, children }: GroupProps) {
  const note = useId();
  return (
    <fieldset class="space-y-2" aria-describedby={error ? note : undefined}>
      <legend class="mb-1.5 font-medium">{legend}</legend>
      {children}
      {error && (
        <p id={note} role="alert" class="text-[0.8125rem] text-worse">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  type: "radio" | "checkbox";
  name: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ComponentChildren;
  hint?: string;
}

export function Choice({ type, name, checked, onChange, label, hint }: ChoiceProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div class="flex items-start gap-2.5">
      <input
        id={id}
        type={type}
        name={name}
        checked={checked}
        aria-describedby={hint ? note : undefined}
        class={type === "radio" ? "radio-dot" : "checkbox mt-px shrink-0 checkbox-primary checkbox-sm"}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div class="min-w-0">
        <label for={id} class="break-words">
          {label}
        </label>
        {hint && (
          <p id={note} class="text-[0.8125rem] text-quiet">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

interface SitesChoiceProps {
  legend: string;
  /** Ids of the only sites; `null` for all. */
  value: readonly string[] | null;
  onChange: (value: string[] | null) => void;
  allHint: string;
  error?: string | undefined;
}

/** All sites, or only some. */
export function SitesChoice({ legend, value, onChange, allHint, error }: SitesChoiceProps) {
  const name = useId();
  const list = sites.value ?? [];
  return (
    <Group legend={legend} error={error}>
      <Choice
        type="radio"
        name={name}
        checked={value === null}
        onChange={() => onChange(null)}
        label={t("choice.all_sites")}
        hint={allHint}
      />
      <Choice
        type="radio"
        name={name}
        checked={value !== null}
        onChange={() => onChange([])}
        label={t("choice.some_sites")}
      />
      {value !== null && (
        <div class="ml-6.5 max-h-48 space-y-2 overflow-y-auto rounded-field border border-line p-3">
          {list.map((site) => (
            <Choice
              key={site.id}
              type="checkbox"
              name={`${name}-site`}
              checked={value.includes(site.id)}
              onChange={(checked) =>
                onChange(checked ? [...value, site.id] : value.filter((id) => id !== site.id))
              }
              label={site.domain}
            />
          ))}
          {list.length === 0 && <p class="text-quiet">{t("choice.no_sites")}</p>}
        </div>
      )}
    </Group>
  );
}

/** "all sites", "lumen.blog", "3 sites". */
export function siteWords(ids: readonly string[] | undefined): string {
  if (!ids) return t("choice.all");
  const known = ids.length <= 2 ? ids.map((id) => sites.value?.find((site) => site.id === id)?.domain) : [];
  return known.length > 0 && known.every(Boolean)
    ? known.join(", ")
    : t("choice.count", { count: ids.length });
}
