import "./styles/app.css";
import { render } from "preact";
import { startAuth } from "./api/session";
import { App } from "./app";
import { locale } from "./i18n";

document.documentElement.lang = locale;
startAuth();

const root = document.getElementById("app");
if (root) render(<App />, root);
