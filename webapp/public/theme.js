// Applies the theme this browser chose before the first paint; without a choice the system decides (see app.css).
try {
  const theme = localStorage.getItem("haru_theme");
  if (theme === "haru" || theme === "haru-dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's preference applies.
}
