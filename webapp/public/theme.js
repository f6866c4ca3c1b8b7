// Applies the theme this browser chose before the first paint; without a choice the system decides (see app.css).
// A shared dashboard takes the theme that its address asks for, mostly the page around its frame: light, dark, or as the
// system, whatever was chosen here.
{
  const names = { light: "haru", dark: "haru-dark" };
  const asked = /\/share\//.test(location.pathname) && new URLSearchParams(location.search).get("theme");
  let theme = Object.hasOwn(names, asked) && names[asked];
  if (!theme && asked !== "system") {
    try {
      theme = Object.values(names).find((name) => name === localStorage.getItem("haru_theme"));
    } catch {
      // Storage is blocked: the system's preference applies.
    }
  }
  if (theme) document.documentElement.dataset.theme = theme;
}
