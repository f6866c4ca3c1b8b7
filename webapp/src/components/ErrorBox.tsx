import type { ApiError } from "../api/problem";
import { t } from "../i18n";
import { urls } from "../lib/urls";
import { Icon } from "./Icon";

interface ErrorBoxProps {
  error: ApiError;
  onRetry?: () => void;
  /** It is all that the page has to say, so that its heading is the page's. */
  isPage?: boolean;
}

/** What went wrong, and the way to try again. */
export function ErrorBox({ error, onRetry, isPage = false }: ErrorBoxProps) {
  const Heading = isPage ? "h1" : "h2";
  // Trying again does not bring back what is not there.
  const isMissing = error.status === 404;
  return (
    <div role="alert" class="card-box flex flex-col items-center gap-3 px-6 py-10 text-center">
      <Icon name="alert" size={24} class="text-worse" />
      <Heading class="text-base font-semibold">{t(isMissing ? "app.not_found" : "error.title")}</Heading>
      <p class="max-w-md text-quiet">{isMissing ? t("app.not_found_hint") : error.text}</p>
      {error.requestId && (
        <p class="text-xs break-all text-quiet">{t("error.request_id", { id: error.requestId })}</p>
      )}
      {isMissing ? (
        <a href={urls.home} class="btn btn-primary btn-sm">
          {t("app.home")}
        </a>
      ) : (
        onRetry && (
          <button type="button" class="btn btn-primary btn-sm" onClick={onRetry}>
            {t("app.retry")}
          </button>
        )
      )}
    </div>
  );
}

/** One line above a form's button. */
export function FormError({ error }: { error: string | null }) {
  return error === null ? null : (
    <p role="alert" class="flex items-start gap-2 text-worse">
      <Icon name="alert" class="mt-0.5" />
      <span class="min-w-0 break-words">{error}</span>
    </p>
  );
}
