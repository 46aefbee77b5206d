// Keeps the queue fresh while somebody works at it, and lets a button be pressed once.
"use strict";

const PAUSE = 15000; // ms between looks
const AWAY = 10 * 60000; // ms without a touch after which nobody is there, and the session may end by itself
let touched = Date.now();

for (const name of ["pointerdown", "keydown", "focus"]) {
  window.addEventListener(name, () => (touched = Date.now()));
}

async function refresh() {
  const queue = document.querySelector("[data-live]");
  if (!queue || document.hidden || Date.now() - touched > AWAY || queue.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    queue.replaceChildren(...page.querySelector("[data-live]").childNodes);
    document.querySelector(".tabs").replaceWith(page.querySelector(".tabs"));
    document.title = page.title;
  } catch {
    // the next look may do better
  }
}

setInterval(refresh, PAUSE);

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  // after the form was read, since a disabled button is not sent
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
