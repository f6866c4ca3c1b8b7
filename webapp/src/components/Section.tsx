import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { ErrorBox } from "./ErrorBox";
import { FormSkeleton } from "./Skeleton";
import type { Loaded } from "./use-loaded";

interface SectionProps {
  title: string;
  intro?: ComponentChildren;
  /** What the section is for, at the end of its heading's line. */
  action?: ComponentChildren;
  children?: ComponentChildren;
}

/** A card of a page of settings. */
export function Section({ title, intro, action, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} class="card-box flex flex-col gap-4 p-5 sm:p-8">
      <div class="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div class="min-w-0 flex-1 basis-64 space-y-1">
          <h2 id={id} class="text-base font-semibold">
            {title}
          </h2>
          {intro && <p class="break-words text-quiet">{intro}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** What was loaded, or its shape, or why it is not there. */
export function Waiting<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ComponentChildren }) {
  if (of.value !== null) return <>{children(of.value)}</>;
  return of.error ? <ErrorBox error={of.error} onRetry={of.reload} /> : <FormSkeleton />;
}
