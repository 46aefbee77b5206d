// Keeps the queue fresh while somebody works at it, keeps drafts, hears keys, and lets a button be pressed once.
"use strict";

const PAUSE = 60000; // ms between looks, for the times that are shown
const AWAY = 10 * 60000; // ms without a touch after which nobody is there, and the session may end by itself
const DRAFT = 3000; // ms after the last key until a draft is kept
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

const live = document.querySelector("[data-live]");
if (live) {
  const stream = new EventSource(live.dataset.live);
  stream.onmessage = refresh;
  setInterval(() => {
    if (Date.now() - touched > AWAY) stream.close();
    refresh();
  }, PAUSE);
}

const writing = document.querySelector("form[data-draft]");
if (writing) {
  let waiting;
  writing.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const kept = new URLSearchParams({ csrf: writing.elements.csrf.value, words: writing.elements.words.value });
      fetch(writing.dataset.draft, { method: "POST", body: kept, redirect: "manual" }).catch(() => {});
    }, DRAFT);
  });
  writing.addEventListener("submit", () => clearTimeout(waiting));
}

// c claims, r writes, / searches, g goes back, j and k walk through the list
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const meant = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (meant) {
    event.preventDefault();
    meant.matches("input, textarea") ? meant.focus() : meant.click();
    return;
  }
  const rows = [...document.querySelectorAll(".tickets a")];
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !rows.length) return;
  const here = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + step))].focus();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  // after the form was read, since a disabled button is not sent
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
