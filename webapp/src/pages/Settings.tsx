// The settings of a site: name and timezone, the snippet, its token, its end.

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { changeSite, deleteSite, rotateToken } from "../api/client";
import { toApiError } from "../api/problem";
import { auth } from "../api/session";
import type { Site } from "../api/types";
import { Dialog } from "../components/Dialog";
import { ErrorBox, FormError } from "../components/ErrorBox";
import { SelectField, TextField } from "../components/Field";
import { Header } from "../components/Header";
import { Layout } from "../components/Layout";
import { FormSkeleton } from "../components/Skeleton";
import { Snippet } from "../components/Snippet";
import { useSite } from "../components/use-site";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { timezones } from "../lib/timezones";
import { urls } from "../lib/urls";
import { dropSite, keepSite } from "../state/sites";

export function Settings() {
  const key = useRoute().params.site ?? "";
  const { site, error, reload } = useSite(key);
  const canChange = auth.identity.value?.account.role !== "viewer";
  useTitle(site && t("settings.title", { site: site.domain }));

  return (
    <Layout header={<Header site={site?.domain ?? key} page="settings" />}>
      <div class="mx-auto max-w-2xl space-y-4 py-4 sm:py-8">
        {site ? (
          <>
            <h1 class="text-xl font-semibold break-words">{t("settings.title", { site: site.domain })}</h1>
            {!canChange && <p class="text-quiet">{t("settings.read_only")}</p>}
            <General key={site.id} site={site} canChange={canChange} />
            <Section title={t("settings.snippet")} intro={t("settings.snippet_intro")}>
              <Snippet code={site.snippet} />
              <a href={urls.setup(site.domain)} class="self-start font-medium text-primary hover:underline">
                {t("settings.check")}
              </a>
            </Section>
            {canChange && <Token site={site} />}
            {canChange && <Deletion site={site} />}
          </>
        ) : error ? (
          <ErrorBox error={error} onRetry={reload} />
        ) : (
          <FormSkeleton />
        )}
      </div>
    </Layout>
  );
}

function Section(props: { title: string; intro?: string; children: ComponentChildren }) {
  return (
    <section class="card-box flex flex-col gap-4 p-5 sm:p-8">
      <div class="space-y-1">
        <h2 class="text-base font-semibold">{props.title}</h2>
        {props.intro && <p class="break-words text-quiet">{props.intro}</p>}
      </div>
      {props.children}
    </section>
  );
}

function General({ site, canChange }: { site: Site; canChange: boolean }) {
  const [name, setName] = useState(site.name);
  const [timezone, setTimezone] = useState(site.timezone);
  const [errors, setErrors] = useState<Partial<Record<"name" | "timezone" | "form", string>>>({});
  const [state, setState] = useState<"idle" | "sending" | "saved">("idle");
  const zones = useMemo(
    () => timezones([site.timezone]).map((zone) => [zone, zone] as const),
    [site.timezone],
  );

  const save = async () => {
    setErrors({});
    if (!name.trim()) {
      setErrors({ name: t("auth.required") });
      return;
    }
    setState("sending");
    try {
      keepSite(await changeSite(site.id, { name: name.trim(), timezone }));
      setState("saved");
    } catch (reason) {
      const problem = toApiError(reason);
      setErrors(problem.fields.size > 0 ? Object.fromEntries(problem.fields) : { form: problem.text });
      setState("idle");
    }
  };

  return (
    <Section title={t("settings.general")}>
      <form
        class="space-y-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("site.name")}
          name="name"
          value={name}
          disabled={!canChange}
          onInput={(value) => {
            setName(value);
            setState("idle");
          }}
          error={errors.name}
        />
        <SelectField
          label={t("site.timezone")}
          name="timezone"
          value={timezone}
          options={zones}
          disabled={!canChange}
          onChange={(value) => {
            setTimezone(value);
            setState("idle");
          }}
          hint={t("site.timezone_hint")}
          error={errors.timezone}
        />
        <FormError error={errors.form ?? null} />
        {canChange && (
          <div class="flex items-center gap-3">
            <button type="submit" class="btn btn-primary" disabled={state === "sending"}>
              {t("app.save")}
            </button>
            <span role="status" class="text-better">
              {state === "saved" && t("app.saved")}
            </span>
          </div>
        )}
      </form>
    </Section>
  );
}

function Token({ site }: { site: Site }) {
  const [isAsking, setAsking] = useState(false);
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const rotate = async () => {
    setError(null);
    try {
      keepSite(await rotateToken(site.id));
      setDone(true);
      setAsking(false);
    } catch (reason) {
      setError(toApiError(reason).text);
    }
  };

  return (
    <Section title={t("settings.token")} intro={t("settings.token_intro")}>
      <p class="font-mono text-[0.8125rem] break-all">{site.tracking_token}</p>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="button" class="btn btn-plain" onClick={() => setAsking(true)}>
          {t("settings.token_rotate")}
        </button>
        <span role="status" class="text-better">
          {isDone && t("settings.token_done")}
        </span>
      </div>
      {isAsking && (
        <Dialog title={t("settings.token_confirm_title")} onClose={() => setAsking(false)}>
          <div class="space-y-4">
            <p class="text-quiet">{t("settings.token_confirm")}</p>
            <FormError error={error} />
            <DialogButtons onCancel={() => setAsking(false)}>
              <button type="button" class="btn btn-primary" onClick={rotate}>
                {t("settings.token_rotate")}
              </button>
            </DialogButtons>
          </div>
        </Dialog>
      )}
    </Section>
  );
}

function Deletion({ site }: { site: Site }) {
  const { route } = useLocation();
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | null>(null);

  const close = () => {
    setAsking(false);
    setTyped("");
    setError(null);
  };
  const remove = async () => {
    setError(null);
    try {
      await deleteSite(site.id);
      dropSite(site.id);
      route(urls.home);
    } catch (reason) {
      setError(toApiError(reason).text);
    }
  };

  return (
    <Section title={t("settings.delete")} intro={t("settings.delete_intro", { site: site.domain })}>
      <button type="button" class="btn btn-outline btn-error self-start" onClick={() => setAsking(true)}>
        {t("settings.delete")}
      </button>
      {isAsking && (
        <Dialog title={t("settings.delete_confirm_title", { site: site.domain })} onClose={close}>
          <form
            class="space-y-4"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (typed.trim() === site.domain) void remove();
            }}
          >
            <TextField
              label={t("settings.delete_confirm", { site: site.domain })}
              name="confirm"
              autocomplete="off"
              autofocus
              value={typed}
              onInput={setTyped}
            />
            <FormError error={error} />
            <DialogButtons onCancel={close}>
              <button type="submit" class="btn btn-error" disabled={typed.trim() !== site.domain}>
                {t("settings.delete_submit")}
              </button>
            </DialogButtons>
          </form>
        </Dialog>
      )}
    </Section>
  );
}

function DialogButtons({ onCancel, children }: { onCancel: () => void; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap justify-end gap-2">
      <button type="button" class="btn btn-ghost" onClick={onCancel}>
        {t("app.cancel")}
      </button>
      {children}
    </div>
  );
}
