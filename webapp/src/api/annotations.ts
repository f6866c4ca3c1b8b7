// The annotations of a site, one function a request. Every failure is an `ApiError`.

import type { Client } from "openapi-fetch";
import { read } from "./http";
import { client as member } from "./member";
import type { Annotation } from "./types";

type NewAnnotation = Pick<Annotation, "date" | "text">;

const LIST = "/v1/sites/{site}/annotations";
const ONE = `${LIST}/{annotation}` as const;
// generated once exported
const client = member as unknown as Client<AnnotationPaths>;

export const listAnnotations = async (site: string): Promise<Annotation[]> =>
  (await read(client.GET(LIST, { params: { path: { site } } }))).annotations;

export const createAnnotation = (site: string, body: NewAnnotation): Promise<Annotation> =>
  read(client.POST(LIST, { params: { path: { site } }, body }));

export const changeAnnotation = (
  site: string,
  id: string,
  body: Partial<NewAnnotation>,
): Promise<Annotation> => read(client.PATCH(ONE, { params: { path: { site, annotation: id } }, body }));

export const deleteAnnotation = (site: string, id: string): Promise<void> =>
  read(client.DELETE(ONE, { params: { path: { site, annotation: id } } }));

// generated once exported
interface Route<P, B, Status extends number, T> {
  parameters: { path: P };
  requestBody: { content: { "application/json": B } };
  responses: { [K in Status]: { content: { "application/json": T } } };
}
interface AnnotationPaths {
  [LIST]: {
    get: Omit<Route<{ site: string }, never, 200, { annotations: Annotation[] }>, "requestBody">;
    post: Route<{ site: string }, NewAnnotation, 201, Annotation>;
  };
  [ONE]: {
    patch: Route<{ site: string; annotation: string }, Partial<NewAnnotation>, 200, Annotation>;
    delete: {
      parameters: { path: { site: string; annotation: string } };
      responses: { 204: { content?: never } };
    };
  };
}
