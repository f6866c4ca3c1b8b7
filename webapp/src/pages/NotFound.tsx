import { Mark } from "../components/Mark";
import { useTitle } from "../components/use-title";
import { t } from "../i18n";
import { urls } from "../lib/urls";

export function NotFound() {
  useTitle(t("app.not_found"));
  return (
    <main class="flex min-h-dvh flex-col items-center justify-center gap-3 px-4 text-center">
      <Mark size={56} />
      <h1 class="text-lg font-semibold">{t("app.not_found")}</h1>
      <p class="text-quiet">{t("app.not_found_hint")}</p>
      <a href={urls.home} class="btn btn-primary">
        {t("app.home")}
      </a>
    </main>
  );
}
