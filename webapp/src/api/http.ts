// What all typed clients share: the address, and failures as one type.

import createClient, { type Client } from "openapi-fetch";
import { urls } from "../lib/urls";
import { ApiError, problemOf } from "./problem";
import type { paths } from "./schema";

/** Sends a request with whatever proves who asks. */
export type Send = (request: Request) => Promise<Response>;

export function createApiClient(send: Send): Client<paths> {
  return createClient<paths>({ baseUrl: `${urls.apiBase}/api`, credentials: "same-origin", fetch: send });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered; everything else is thrown as an `ApiError`, but for an end that the caller asked for. */
export async function read<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (error) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === "AbortError"))
      throw error;
    throw new ApiError(0);
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}
