// Why nothing arrives, in plain words, and what to do about it.

import type { Site } from "../../api/types";
import { CodeBlock } from "../../components/CodeBlock";
import { ErrorBox } from "../../components/ErrorBox";
import { Icon } from "../../components/Icon";
import { FormSkeleton } from "../../components/Skeleton";
import { t, tn } from "../../i18n";
import type { Advice } from "../../lib/arrivals";
import { readableDomain } from "../../lib/domain";
import { scriptOf } from "../../lib/install";
import { agoOf } from "../../lib/moments";
import { urls } from "../../lib/urls";
import { useCheck } from "./use-check";

export function Checker({ site }: { site: Site }) {
  const { advice, error } = useCheck(site);
  if (advice === null) return error ? <ErrorBox error={error} /> : <FormSkeleton />;
  return (
    <div class="space-y-4">
      <p class="flex items-center gap-3 text-[0.8125rem] text-quiet">
        <span
          aria-hidden="true"
          class={`pulse ml-1 shrink-0 ${error ? "bg-quiet!" : "pulse-on bg-accent!"}`}
        />
        {error ? error.text : t("check.looking")}
      </p>
      {/* Said aloud when what was found changes, not with every look. */}
      <p role="status" class="sr-only">
        {advice.map((each) => titleOf(each, site)).join(" ")}
      </p>
      <ul class="space-y-3">
        {advice.map((each) => (
          <Found key={`${each.cause} ${each.hostname}`} advice={each} site={site} />
        ))}
      </ul>
    </div>
  );
}

const SIGNS = { good: "check", wrong: "alert", hint: "info" } as const;
const COLOURS = { good: "text-better", wrong: "text-worse", hint: "text-quiet" } as const;

function Found({ advice, site }: { advice: Advice; site: Site }) {
  const { cause, tone, count, lastAt, fix } = advice;
  const { origin } = originOf(site);
  return (
    <li class="flex gap-3 rounded-box border border-line p-4">
      <Icon name={SIGNS[tone]} size={18} class={`mt-0.5 ${COLOURS[tone]}`} />
      <div class="min-w-0 grow space-y-1.5">
        <h3 class="font-medium break-words">{titleOf(advice, site)}</h3>
        <p class="break-words text-quiet">{t(`check.${cause}.text`, valuesOf(advice, site))}</p>
        {cause === "nothing_seen" && (
          <ul class="list-disc space-y-1 pl-4 text-quiet">
            <li>{t("check.nothing.missing")}</li>
            <li>{t("check.nothing.cached")}</li>
            <li>{t("check.nothing.delayed")}</li>
            <li>{t("check.nothing.blocker")}</li>
            <li>{t("check.nothing.policy")}</li>
          </ul>
        )}
        {cause === "nothing_seen" && origin && (
          <CodeBlock
            file="Content-Security-Policy"
            code={`script-src 'self' ${origin}; connect-src 'self' ${origin}`}
          />
        )}
        {(count !== undefined || fix) && (
          <p class="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
            {count !== undefined && lastAt && (
              <span class="text-quiet">{tn("check.count", count, { ago: agoOf(lastAt) })}</span>
            )}
            {fix && (
              <a href={fixHref(fix, site)} class="font-medium text-primary hover:underline">
                {t(`check.fix.${fix}`)}
              </a>
            )}
          </p>
        )}
      </div>
    </li>
  );
}

const titleOf = (advice: Advice, site: Site): string =>
  t(`check.${advice.cause}.title`, valuesOf(advice, site));

function valuesOf({ hostname, lastAt }: Advice, site: Site) {
  const domain = readableDomain(site.domain);
  return {
    site: domain,
    hostname: hostname ?? domain,
    hostnames: site.allowed_hostnames.join(", ") || "*",
    paths: site.excluded_paths.join(", ") || "–",
    ago: lastAt ? agoOf(lastAt) : "",
  };
}

function fixHref(fix: NonNullable<Advice["fix"]>, { domain }: Site): string {
  switch (fix) {
    case "snippet":
      return urls.setup(domain);
    case "counting":
      return urls.counting(domain);
    case "addresses":
      return urls.addresses(domain);
  }
}

function originOf(site: Site): { origin: string | null } {
  try {
    return { origin: new URL(scriptOf(site).src).origin };
  } catch {
    return { origin: null };
  }
}
