// Shows what the citations are worth while a topic is written; without it, the page shows them when it is sent.
"use strict";

const PAUSE = 700; // ms after the last key until the server is asked
const text = document.getElementById("text");
const cited = document.getElementById("cited");
let asked = 0;
let before = "";

// only the lines that cite: nothing is asked while the rest is written
function named() {
  return text.value.split("\n").filter((line) => line.includes("law:")).join("\n");
}

async function ask() {
  const lines = named();
  if (lines === before) return;
  before = lines;
  const sent = new URLSearchParams({ csrf: text.form.elements.csrf.value, text: lines });
  try {
    const answer = await fetch(cited.dataset.ask, { method: "POST", body: sent });
    if (answer.ok && before === lines) cited.innerHTML = await answer.text(); // our own template, which escapes
  } catch {
    before = ""; // the line is down: asked again at the next key
  }
}

before = named();
text.addEventListener("input", () => {
  clearTimeout(asked);
  asked = setTimeout(ask, PAUSE);
});
