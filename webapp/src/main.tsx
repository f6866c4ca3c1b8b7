import "./styles/app.css";
import { render } from "preact";
import { startAuth } from "./api/session";
import { App } from "./app";
import { locale } from "./i18n";
import { urls } from "./lib/urls";
import { watchAccount } from "./state/account";

document.documentElement.lang = locale;
watchAccount();
// A shared dashboard does without a login, so it asks for none.
if (urls.sharedSlug(location.pathname) === null) startAuth();

const root = document.getElementById("app");
if (root) render(<App />, root);
