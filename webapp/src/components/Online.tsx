// Beside the name of the site: how many are there now, how the line to the server stands, and the button that holds
// everything still. What changes all the time is said to no screen reader; that the line was lost or is back, is.

import { useEffect, useState } from "preact/hooks";
import type { LiveState } from "../api/live";
import { t, tn } from "../i18n";
import { formatCount } from "../lib/format";
import { lineWords, secondsLeft } from "../lib/line";
import { useViewer } from "../state/viewer";
import { Icon } from "./Icon";
import { useKeys } from "./use-keys";

/** `href`: where one sees what they look at. */
export function Online({ href }: { href?: string | undefined }) {
  const { board, pause } = useViewer();
  const count = board.line.online.value;
  const { state, retryAt } = board.line.status.value;
  const shown = pause.paused.value ? "paused" : state;
  const title = lineWords(shown) ?? tn("live.online", count ?? 0);
  if (count === null) return null;

  const number = (
    <>
      <Pulse state={shown} beats={count > 0} />
      <span>
        <strong data-testid="online" class="font-semibold tabular-nums">
          {formatCount(count)}
        </strong>
        <span class="sr-only sm:not-sr-only sm:ml-1.5 sm:text-quiet"> {t("live.online_short")}</span>
      </span>
    </>
  );
  const look = "flex items-center gap-2.5 whitespace-nowrap";
  return (
    <div class="flex shrink-0 items-center gap-1 whitespace-nowrap">
      {href ? (
        <a href={href} title={title} class={`${look} rounded-lg hover:underline underline-offset-4`}>
          {number}
        </a>
      ) : (
        <p class={look} title={title}>
          {number}
        </p>
      )}
      <PauseButton paused={shown === "paused"} onToggle={pause.toggle} />
      <LineState state={shown} retryAt={retryAt} />
    </div>
  );
}

function Pulse({ state, beats }: { state: LiveState; beats: boolean }) {
  const isAway = state === "polling" || state === "offline" || state === "paused";
  return (
    <span
      aria-hidden="true"
      class={`pulse ml-1 shrink-0 ${state === "live" && beats ? "pulse-on" : ""} ${isAway ? "bg-quiet!" : beats ? "" : "pulse-nobody"}`}
    />
  );
}

function PauseButton({ paused, onToggle }: { paused: boolean; onToggle: () => void }) {
  useKeys({ P: onToggle });
  const name = t(paused ? "live.resume" : "live.pause");
  return (
    <button
      type="button"
      aria-keyshortcuts="P"
      aria-label={name}
      title={name}
      class="grid size-8 place-items-center rounded-full text-quiet hover:text-base-content"
      onClick={onToggle}
    >
      <Icon name={paused ? "play" : "pause"} size={14} />
    </button>
  );
}

/** What is to be known of the line beside the number: nothing while it is live. */
function LineState({ state, retryAt }: { state: LiveState; retryAt: number | null }) {
  const words =
    state === "polling" || state === "offline" || state === "paused" ? t(`live.short.${state}`) : null;
  return (
    <>
      {words && (
        <span aria-hidden="true" data-testid="line" class="text-[0.8125rem] text-quiet max-[379px]:hidden">
          {words}
          {retryAt !== null && state !== "paused" && <Countdown key={retryAt} until={retryAt} />}
        </span>
      )}
      <Announcement state={state} />
    </>
  );
}

function Countdown({ until }: { until: number }) {
  const [left, setLeft] = useState(secondsLeft(until, Date.now()));
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsLeft(until, Date.now())), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  return left > 0 ? (
    <span class="tabular-nums max-sm:hidden"> {t("live.retry_in", { seconds: left })}</span>
  ) : null;
}

/** A line that is back this soon was never gone. */
const CALM_MS = 4_000;

/** Says what became of the line, once it has settled. */
function Announcement({ state }: { state: LiveState }) {
  const [said, setSaid] = useState<LiveState>("live");
  useEffect(() => {
    if (state === "connecting" || state === said) return;
    const timer = setTimeout(() => setSaid(state), state === "paused" || said === "paused" ? 0 : CALM_MS);
    return () => clearTimeout(timer);
  }, [state, said]);
  const [isFirst, setFirst] = useState(true);
  useEffect(() => {
    if (said !== "live") setFirst(false);
  }, [said]);
  return (
    <span role="status" class="sr-only">
      {said === "live" ? !isFirst && t("live.back") : lineWords(said)}
    </span>
  );
}
