// The shape of what comes.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";

/** What comes sooner than this needs no shape before it: it would only flicker. */
const SHOWN_AFTER_MS = 150;

/** Shapes on the screen now: one that takes the place of another is there at once. */
let shapes = 0;

/** The place of a page or a form that is on its way. What takes long is said to screen readers too. */
function Loading({ class: className, shape }: { class: string; shape: () => ComponentChildren }) {
  const [isShown, setShown] = useState(shapes > 0);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (!isShown) return;
    shapes += 1;
    return () => {
      shapes -= 1;
    };
  }, [isShown]);
  return (
    <div role="status" class={`breathing ${className}`}>
      {isShown && (
        <>
          <span class="sr-only">{t("app.loading")}</span>
          {shape()}
        </>
      )}
    </div>
  );
}

function Bone({ class: className }: { class: string }) {
  return <div aria-hidden="true" class={`skeleton rounded-lg ${className}`} />;
}

const WIDTHS = [
  "w-[88%]",
  "w-[64%]",
  "w-[52%]",
  "w-[40%]",
  "w-[33%]",
  "w-[24%]",
  "w-[18%]",
  "w-[13%]",
  "w-[9%]",
];

export function RowsSkeleton() {
  return (
    <div class="breathing space-y-1">
      {WIDTHS.map((width) => (
        <Bone key={width} class={`h-8 ${width}`} />
      ))}
    </div>
  );
}

/** As high as a screen, so that nothing below it is moved by what comes. */
export const DashboardSkeleton = () => <Loading class="min-h-dvh space-y-4" shape={dashboard} />;

function dashboard() {
  return (
    <>
      <div class="card-box space-y-6 p-4 sm:p-6">
        <div class="grid grid-cols-6 gap-x-2 gap-y-2 sm:grid-cols-5 sm:gap-x-4">
          {["a", "b", "c", "d", "e"].map((key, index) => (
            <div key={key} class={`space-y-2 sm:col-span-1 ${index < 2 ? "col-span-3" : "col-span-2"}`}>
              <Bone class="h-4 w-16" />
              <Bone class="h-8 w-24" />
              <Bone class="h-4 w-10" />
            </div>
          ))}
        </div>
        <Bone class="h-56 w-full sm:h-72" />
        <Bone class="h-5.5 w-40" />
      </div>
      <div class="grid grid-cols-1 gap-4 md:grid-cols-2">
        {["a", "b", "c", "d"].map((key) => (
          <div key={key} class="card-box space-y-4 p-4 sm:p-5">
            <Bone class="h-6 w-24" />
            <Bone class="h-5 w-16" />
            <RowsSkeleton />
            <Bone class="h-4 w-14" />
          </div>
        ))}
      </div>
    </>
  );
}

/** One card. */
export const CardSkeleton = () => <Loading class="min-h-80" shape={() => <Bone class="h-80 w-full" />} />;

export const FormSkeleton = () => <Loading class="card-box min-h-64 space-y-5 p-6" shape={form} />;

function form() {
  return (
    <>
      <Bone class="h-6 w-40" />
      <Bone class="h-10 w-full" />
      <Bone class="h-10 w-full" />
      <Bone class="h-10 w-32" />
    </>
  );
}

/** The cards of all sites, with the line above them or without. */
export function SitesSkeleton({ isWhole = false }: { isWhole?: boolean }) {
  return <Loading class={`min-h-dvh ${isWhole ? "py-2 sm:py-4" : ""}`} shape={() => sites(isWhole)} />;
}

function sites(isWhole: boolean) {
  return (
    <>
      {isWhole && (
        <div class="mb-4 flex h-12 items-center justify-between">
          <Bone class="h-7 w-28" />
          <Bone class="hidden h-9 w-56 sm:block" />
        </div>
      )}
      <div class="grid grid-cols-1 gap-3 sm:grid-cols-2 sm:gap-4 lg:grid-cols-3">
        {["a", "b", "c", "d", "e", "f"].map((key) => (
          <div key={key} class="card-box flex h-34 flex-col sm:h-40 justify-between p-4">
            <Bone class="h-5 w-32" />
            <div class="flex items-end gap-5">
              <Bone class="h-12 w-24" />
              <Bone class="h-9 grow" />
            </div>
          </div>
        ))}
      </div>
    </>
  );
}
