// The annotations of the site that a member looks at.

import { signal } from "@preact/signals";
import * as api from "../api/annotations";
import type { Annotation } from "../api/types";

interface Known {
  site: string;
  annotations: readonly Annotation[];
}

const known = signal<Known | null>(null);
const NONE: readonly Annotation[] = [];
/** The site that was looked at last: answers about another one come too late. */
let current = "";

/** Those of a site, as far as they are known. */
export function annotationsOf(site: string): readonly Annotation[] {
  return known.value?.site === site ? known.value.annotations : NONE;
}

/** Asks; without an answer the chart goes without them. */
export async function loadAnnotations(site: string): Promise<void> {
  current = site;
  try {
    const annotations = await api.listAnnotations(site);
    if (current === site) known.value = { site, annotations };
  } catch {
    // They are an addition to the chart; the next visit asks again.
  }
}

export async function saveAnnotation(
  site: string,
  id: string | null,
  draft: Pick<Annotation, "date" | "text">,
): Promise<void> {
  const saved = id ? await api.changeAnnotation(site, id, draft) : await api.createAnnotation(site, draft);
  keep(site, (others) => [...others.filter((other) => other.id !== saved.id), saved]);
}

export async function removeAnnotation(site: string, id: string): Promise<void> {
  await api.deleteAnnotation(site, id);
  keep(site, (others) => others.filter((other) => other.id !== id));
}

function keep(site: string, change: (all: readonly Annotation[]) => readonly Annotation[]): void {
  if (current === site) known.value = { site, annotations: change(annotationsOf(site)) };
}

export function forgetAnnotations(): void {
  known.value = null;
  current = "";
}
