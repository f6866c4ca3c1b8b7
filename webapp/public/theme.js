// Applies the theme this browser chose before the first paint; without a choice the system decides (see app.css).
// A shared dashboard inside another page's frame takes the theme that page asks for.
try {
  const theme = localStorage.getItem("haru_theme");
  if (theme === "haru" || theme === "haru-dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's preference applies.
}
{
  const asked = /\/share\//.test(location.pathname) && /[?&]theme=(light|dark)(?:&|$)/.exec(location.search);
  if (asked) document.documentElement.dataset.theme = asked[1] === "dark" ? "haru-dark" : "haru";
}
