// Pages that are loaded when they are opened.

import { type ComponentType, h } from "preact";
import { lazy } from "preact-iso";
import { ApiError } from "../api/problem";
import { ErrorBox } from "./ErrorBox";

/** A page out of a module of its own. One that can't be loaded says so and offers to start over. */
export function lazyPage<N extends string>(
  load: () => Promise<Record<N, ComponentType>>,
  name: N,
): ComponentType {
  return lazy<ComponentType>(() => load().then((module): ComponentType => module[name], missing));
}

/** The server is away, or newer than this page and has other files by now. */
function missing(): ComponentType {
  return () => (
    <main class="mx-auto flex min-h-dvh max-w-lg flex-col justify-center px-4">
      {h(ErrorBox, { error: new ApiError(0), onRetry: () => location.reload() })}
    </main>
  );
}
