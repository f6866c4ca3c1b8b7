// The annotations of a site, one function a request. Every failure is an `ApiError`.

import { read } from "./http";
import { client } from "./member";
import type { Annotation } from "./types";

type NewAnnotation = Pick<Annotation, "date" | "text">;

const LIST = "/v1/sites/{site}/annotations";
const ONE = `${LIST}/{annotation}` as const;

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
