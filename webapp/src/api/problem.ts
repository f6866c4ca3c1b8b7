// Errors of the API as one type, and as words for people.

import { t } from "../i18n";
import { serverText } from "../lib/server-text";

interface ProblemDetails {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
  request_id?: string;
  /** What the query language's route says instead. */
  error?: string;
}

/** A request that did not succeed. Status 0: no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  /** Tells apart what one status may mean. */
  readonly type: string | undefined;
  readonly requestId: string | undefined;
  readonly #errors: readonly { field: string; message: string }[];

  constructor(status: number, problem: ProblemDetails = {}) {
    super(problem.detail ?? problem.error ?? problem.title);
    this.status = status;
    this.type = problem.type;
    this.requestId = problem.request_id;
    this.#errors = problem.errors ?? [];
  }

  // In words when they are shown: an answer may be there before the texts are.

  /** What is wrong, by field. */
  get fields(): ReadonlyMap<string, string> {
    return new Map(this.#errors.map(({ field, message }) => [field, serverText(message)]));
  }

  /** The words to show: the server's own for what the reader can change, ours for what they can't. */
  get text(): string {
    return this.message === "" || this.status === 0 || this.status === 429 || this.status >= 500
      ? messageOf(this.status)
      : serverText(this.message);
  }
}

export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0);
}

/** Reads what the generated client gives back as the error: a parsed problem, text, or nothing. */
export function problemOf(status: number, body: unknown): ApiError {
  return new ApiError(status, isProblem(body) ? body : {});
}

function isProblem(body: unknown): body is ProblemDetails {
  return (
    typeof body === "object" && body !== null && ("title" in body || "detail" in body || "error" in body)
  );
}

function messageOf(status: number): string {
  if (status === 0) return t("error.network");
  if (status === 404) return t("error.not_found");
  if (status === 429) return t("error.busy");
  return t("error.server");
}
