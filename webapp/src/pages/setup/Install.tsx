// How the script gets onto the site, by what the site is made with. The address says which, so that it can be sent to a
// colleague who does it.

import { useLocation } from "preact-iso";
import type { Site } from "../../api/types";
import { CodeBlock } from "../../components/CodeBlock";
import { Snippet } from "../../components/Snippet";
import { TabList, TabPanel } from "../../components/Tabs";
import { t } from "../../i18n";
import { PLATFORMS, type Platform, type Step, scriptOf, stepsFor } from "../../lib/install";
import { urls } from "../../lib/urls";

export function Install({ site }: { site: Site }) {
  const { query, route } = useLocation();
  const platform = PLATFORMS.find((name) => name === query.with) ?? "html";
  const script = scriptOf(site);
  return (
    <div class="min-w-0 space-y-4">
      <TabList<Platform>
        id="install"
        label={t("install.label")}
        tabs={PLATFORMS}
        selected={platform}
        name={(name) => t(`install.${name}`)}
        onSelect={(name) => route(urls.setup(site.domain, name === "html" ? undefined : name), true)}
      />
      <TabPanel id="install" tab={platform}>
        <ol class="space-y-5">
          {stepsFor(platform, script).map((step) => (
            <Line key={step.text} step={step} isTag={step.code === script.snippet} />
          ))}
        </ol>
        <p class="mt-5 border-t border-line pt-4 text-[0.8125rem] text-quiet">{t("install.spa")}</p>
      </TabPanel>
    </div>
  );
}

function Line({ step, isTag }: { step: Step; isTag: boolean }) {
  return (
    <li class="min-w-0 space-y-2.5">
      <p>{t(step.text)}</p>
      {step.code && (isTag ? <Snippet code={step.code} /> : <CodeBlock code={step.code} file={step.file} />)}
    </li>
  );
}
