import { texts } from "./boot";
import "./styles/app.css";
import { render } from "preact";
import { language } from "./i18n";
import { Root } from "./root";

document.documentElement.lang = language;
const root = document.getElementById("app");

/** Without texts nothing can be said, so it is a sign that offers to try again. */
texts.then(
  () => root && render(<Root />, root),
  () => root && render(<Again />, root),
);

function Again() {
  return (
    <button
      type="button"
      aria-label="Haru ↻"
      class="grid h-dvh w-full place-items-center text-4xl"
      onClick={() => location.reload()}
    >
      ↻
    </button>
  );
}
