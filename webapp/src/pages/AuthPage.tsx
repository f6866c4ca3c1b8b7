// The frame of the pages before login.

import type { ComponentChildren } from "preact";
import { LanguageChoice } from "../components/LanguageChoice";
import { Mark } from "../components/Mark";
import { t } from "../i18n";

interface AuthPageProps {
  title: string;
  above?: ComponentChildren;
  intro?: string | undefined;
  children: ComponentChildren;
  footer?: ComponentChildren;
}

export function AuthPage({ title, above, intro, children, footer }: AuthPageProps) {
  return (
    <main class="mx-auto flex min-h-dvh w-full max-w-[26rem] flex-col justify-center px-4 py-10">
      <div class="mb-6 flex flex-col items-center gap-2 text-center">
        <Mark size={56} />
        <p class="text-lg font-semibold">{t("app.name")}</p>
        <p class="text-quiet">{t("app.tagline")}</p>
      </div>
      <div class="card-box space-y-5 p-6 sm:p-8">
        <div class="space-y-1.5">
          {above}
          <h1 class="text-xl font-semibold">{title}</h1>
          {intro && <p class="text-quiet">{intro}</p>}
        </div>
        {children}
      </div>
      {footer && <p class="mt-5 text-center text-quiet">{footer}</p>}
      <div class="mt-5 text-center">
        <LanguageChoice />
      </div>
    </main>
  );
}
