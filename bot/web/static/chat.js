// Makes the chat live: sends without leaving the page, shows what comes, keeps trying while we cannot keep a message.
"use strict";

const talk = document.getElementById("talk");
const state = document.getElementById("status");
const box = document.getElementById("words");
const chosen = document.getElementById("file");
const PATIENCE = 20000; // ms until a resident is told that the answer takes longer
const RETRIES = [2, 4, 8, 15, 30]; // seconds
let cursor = talk.dataset.cursor;
let source = null;
let slow = 0;

function say(words, ...classes) {
  const span = document.createElement("span");
  span.textContent = words;
  span.classList.add(...classes);
  state.replaceChildren(span);
}

function wait() {
  say("正在查，请稍等", "dots");
  clearTimeout(slow);
  slow = setTimeout(() => say("还在处理。您可以先离开，回来时这里会有答复。"), PATIENCE);
}

function rest() {
  clearTimeout(slow);
  state.replaceChildren();
}

// --- what comes

function show(event) {
  const said = JSON.parse(event.data);
  cursor = event.lastEventId;
  const shell = document.createElement("template");
  shell.innerHTML = said.html; // made by our own template, which escapes what people wrote
  const item = shell.content.firstElementChild;
  if (!said.ours) {
    arrived(item);
    talk.querySelectorAll("#newest").forEach((old) => old.removeAttribute("id"));
    item.id = "newest";
  }
  if (item.querySelector(":scope > .options")) talk.querySelectorAll("li > .options").forEach((old) => old.remove());
  talk.append(item);
  if (said.ours) rest();
  settle(item);
}

// the server brings its own of what was shown before it had it
function arrived(item) {
  const waiting = Array.from(talk.querySelectorAll(".pending.theirs"));
  const words = (one) => one.querySelector("p").textContent;
  const same = waiting.find((one) => words(one) === words(item)) || waiting[0];
  if (same) same.remove();
  talk.querySelectorAll(".pending.urgent").forEach((old) => old.remove());
}

// the question stays in sight above its answer; an answer that came much later is shown itself
function settle(item) {
  const newest = document.getElementById("newest");
  const near = newest && item.offsetTop - newest.offsetTop < window.innerHeight;
  (near ? newest : item).scrollIntoView({ block: "start" });
}

function listen() {
  if (source || document.hidden) return;
  source = new EventSource("/events?after=" + encodeURIComponent(cursor));
  source.onmessage = show;
}

function deafen() {
  if (source) source.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? deafen() : listen()));

// --- what goes

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
}

// what is shown before the server has it
function pending(words, ...classes) {
  const item = document.createElement("li");
  item.classList.add("pending", ...classes);
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  const line = document.createElement("p");
  line.textContent = words;
  const note = document.createElement("span");
  note.className = "note";
  bubble.append(line, note);
  item.append(bubble);
  talk.append(item);
  return item;
}

async function post(body) {
  try {
    const answer = await fetch("/ask", { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    return { status: answer.status, after: Number(answer.headers.get("Retry-After")), ...said };
  } catch {
    return { status: 0, error: "网络不通，您刚才的话还没发出去。" };
  }
}

function retrying(answer, item, seconds) {
  const lines = answer.hotlines ? `着急请打电话：${answer.hotlines.join("、")}。` : "";
  say(`${answer.error}${seconds}秒后自动重发，请不要关掉这一页。${lines}`);
  if (answer.safety && !talk.querySelector(".pending.urgent")) pending(answer.safety, "ours", "urgent");
  item.querySelector(".note").textContent = "还没存上，正在自动重发";
  item.scrollIntoView({ block: "start" });
}

// Sends until it is kept. The nonce stays the same, so that it is one message however often it is sent.
async function deliver(body, item) {
  for (let tries = 0; ; tries += 1) {
    const answer = await post(body);
    if (answer.kept) return kept(item);
    if (answer.status !== 0 && answer.status !== 503) {
      item.remove();
      say(answer.error || "没有发出去，请再试一次。");
      return giveBack(body);
    }
    const seconds = RETRIES[Math.min(tries, RETRIES.length - 1)];
    retrying(answer, item, seconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

function kept(item) {
  if (item.isConnected) wait();
  // where streams do not get through, the page itself brings the answer
  setTimeout(() => item.isConnected && !document.hidden && !box.value && location.reload(), 6000);
}

function giveBack(body) {
  if (body.has("text") && !box.value) box.value = body.get("text");
}

// a form without files goes in a few bytes
function plain(form) {
  const data = new FormData(form);
  data.delete("file");
  return new URLSearchParams(data);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-ask]")) return;
  event.preventDefault();
  const pressed = event.submitter && event.submitter.name ? event.submitter : null;
  const files = form.elements.file ? Array.from(form.elements.file.files) : [];
  const body = files.length ? new FormData(form) : plain(form);
  if (pressed) body.set(pressed.name, pressed.value);
  const words = pressed ? pressed.textContent : [box.value.trim(), ...files.map((one) => `〔${one.name}〕`)].join("\n").trim();
  if (!words) return;
  form.elements.nonce.value = fresh();
  if (!pressed) box.value = "";
  if (files.length) {
    chosen.value = "";
    chosen.closest("details").open = false;
  }
  wait();
  const item = pending(words, "theirs");
  item.scrollIntoView({ block: "nearest" });
  deliver(body, item);
});

box.addEventListener("keydown", (event) => {
  // while a Chinese input method composes, Enter picks a word
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (box.value.trim() || chosen.files.length) box.form.requestSubmit();
});

window.addEventListener("pagehide", deafen);
window.addEventListener("pageshow", listen);
if ("waiting" in talk.dataset) wait();
if (talk.lastElementChild && cursor) settle(talk.lastElementChild);
