// The conversation. It lives in this page only: messages travel with each request and nothing is written on the device.

import { say, wireActions } from "./actions.js";
import { forgetSources, showNewSources, wireSources } from "./sources.js";

const texts = JSON.parse(document.getElementById("page-texts").textContent);
const MAX_QUESTION = 1000;
const MAX_EARLIER = 12;
const MAX_BYTES = 15000;
const PATIENCE = 30000;
const SHORT_WAIT = 6;
const messages = [];
let pending = null;

// What Gradio drew for us to fill, ours once the page is wired.
const HOMES = {
  "conversation-block": ["conversation-title", "conversation"],
  "panel-block": ["panel-title", "panel-about", "panel-sources", "panel-document"],
  "composer-message-block": ["composer-message"],
};
const own = new Map();

const byId = (id) => own.get(id) || document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const field = () => document.querySelector("#question textarea");

function setField(value) {
  const area = field();
  area.value = value;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function showMessage(text, { isNews = false } = {}) {
  const message = byId("composer-message");
  message.textContent = text;
  message.classList.toggle("shown", Boolean(text));
  message.classList.toggle("is-news", isNews);
  const area = field();
  if (text && !isNews) {
    area.setAttribute("aria-invalid", "true");
    area.setAttribute("aria-describedby", "composer-message promise");
  } else {
    area.removeAttribute("aria-invalid");
    area.setAttribute("aria-describedby", "promise");
  }
  if (text) say(text);
}

const locale = texts.language === "fr" ? "fr-FR" : "en-GB";
const inFigures = (number) => number.toLocaleString(locale).replace(/\u202f/g, "\u00a0");
const lengthOf = (text) => [...text].length;

function count() {
  const length = lengthOf(field().value.trim());
  const counter = byId("counter");
  counter.textContent = length > MAX_QUESTION * 0.8 ? fill(texts.characters, { count: inFigures(length) }) : "";
  counter.classList.toggle("over", length > MAX_QUESTION);
}

function earlierFor(question) {
  const earlier = messages.slice(-MAX_EARLIER);
  const bytes = () => new TextEncoder().encode(JSON.stringify({ question, conversation: earlier })).length;
  while (earlier.length && bytes() > MAX_BYTES) earlier.shift();
  return { earlier, leftOut: earlier.length < messages.length };
}

function startTurn(question) {
  document.body.classList.add("has-turns");
  field().placeholder = "";
  const turn = document.createElement("section");
  turn.className = "turn";
  turn.dataset.question = question;
  turn.setAttribute("aria-label", `${texts.you} ${byId("conversation").children.length + 1}`);
  const asked = document.createElement("div");
  asked.className = "asked";
  const title = document.createElement("h3");
  title.textContent = texts.you;
  const words = document.createElement("div");
  words.className = "asked-words";
  words.textContent = question;
  asked.append(title, words);
  const waiting = document.createElement("p");
  waiting.className = "waiting";
  waiting.textContent = texts.waiting;
  turn.append(asked, waiting);
  byId("conversation").append(turn);
  turn.scrollIntoView({ block: "start" });
  say(texts.waiting);
  return turn;
}

async function post(question, earlier, signal) {
  return fetch("/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/html", "Accept-Language": texts.language },
    body: JSON.stringify({ question, conversation: earlier }),
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal,
  });
}

// A short "too fast" or "too busy" is waited out here, once, rather than handed to the person.
async function postPatiently(question, earlier, signal) {
  const response = await post(question, earlier, signal);
  const wait = Number(response.headers.get("Retry-After") || 0);
  if (![429, 503].includes(response.status) || !wait || wait > SHORT_WAIT) return response;
  await new Promise((done) => window.setTimeout(done, wait * 1000));
  return post(question, earlier, signal);
}

function showReply(turn, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const reply = template.content.querySelector(".reply");
  turn.querySelector(".waiting").remove();
  turn.append(reply);
  showNewSources(reply, texts);
  turn.scrollIntoView({ block: "start" });
  const state = reply.querySelector(".state").textContent.trim();
  const words = reply.querySelector(".text").cloneNode(true);
  words.querySelectorAll(".marker").forEach((marker) => marker.remove());
  say(`${state}. ${words.textContent.replace(/\s+/g, " ").trim()}`);
}

async function explain(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return texts.error_network;
  }
}

function setPending(controller) {
  pending = controller;
  byId("send").setAttribute("aria-disabled", String(Boolean(controller)));
  byId("conversation").setAttribute("aria-busy", String(Boolean(controller)));
}

// `opener` is in the turn that it corrects: the focus goes from there to the new reply.
async function ask(written, opener = null) {
  if (pending) {
    say(texts.already_waiting);
    return;
  }
  const question = written.trim();
  const length = lengthOf(question);
  if (!length || length > MAX_QUESTION) {
    showMessage(length ? fill(texts.error_too_long, { count: inFigures(length) }) : texts.error_empty);
    field().focus();
    return;
  }
  const { earlier, leftOut } = earlierFor(question);
  const fromField = field().value.trim() === question;
  if (fromField) setField("");
  showMessage(leftOut ? texts.oldest_left_out : "", { isNews: true });
  const turn = startTurn(question);
  const controller = new AbortController();
  setPending(controller);
  const slow = window.setTimeout(() => {
    turn.querySelector(".waiting").textContent = texts.still_waiting;
    say(texts.still_waiting);
  }, 4000);
  const limit = window.setTimeout(() => controller.abort("late"), PATIENCE);
  let problem = "";
  try {
    const response = await postPatiently(question, earlier, controller.signal);
    if (response.ok) showReply(turn, await response.text());
    else problem = await explain(response);
  } catch {
    problem = controller.signal.reason === "late" ? texts.error_timeout : texts.error_network;
  }
  window.clearTimeout(slow);
  window.clearTimeout(limit);
  if (pending !== controller) return; // the person started again meanwhile
  setPending(null);
  if (problem) {
    turn.remove();
    if (!byId("conversation").children.length) document.body.classList.remove("has-turns");
    if (!field().value.trim()) setField(question);
    showMessage(problem);
    field().focus();
    return;
  }
  messages.push(question);
  if (opener && document.activeElement === opener) turn.querySelector(".state").focus({ preventScroll: true });
}

function restart() {
  const controller = pending;
  setPending(null);
  controller?.abort("restart");
  messages.length = 0;
  forgetSources(texts);
  byId("conversation").replaceChildren();
  document.body.classList.remove("has-turns");
  setField("");
  showMessage(texts.restarted, { isNews: true });
  window.scrollTo({ top: 0 });
  field().focus({ preventScroll: true });
}

// Puts what is ours where it belongs: at first, and again whenever Gradio draws a block anew. Nothing moves when nothing did.
function settle() {
  for (const [block, ids] of Object.entries(HOMES)) {
    const home = document.getElementById(block);
    if (!home) continue;
    const nodes = ids.map(byId);
    // Our own words and cards leave Gradio's Markdown blocks, whose styles are meant for prose.
    if (home.children.length !== nodes.length || nodes.some((node) => node.parentElement !== home)) home.replaceChildren(...nodes);
    nodes.forEach((node) => own.set(node.id, node));
  }
  const area = field();
  if (area && area.id !== "question-field") {
    area.id = "question-field";
    area.setAttribute("aria-describedby", "promise");
    area.setAttribute("autocomplete", "off");
    area.removeAttribute("data-testid");
  }
  const actions = document.getElementById("composer-actions");
  if (actions && byId("counter")?.parentElement !== actions) actions.append(byId("counter") || newCounter());
  const main = document.querySelector("main");
  if (main) main.id = "content";
}

function newCounter() {
  const counter = document.createElement("span");
  counter.id = "counter";
  own.set("counter", counter);
  return counter;
}

function wire() {
  settle();
  new MutationObserver(settle).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });
  const isField = (event) => event.target.matches?.("#question textarea");
  document.addEventListener("input", (event) => {
    if (!isField(event)) return;
    count();
    const { value } = field();
    if (value && byId("composer-message").classList.contains("shown") && lengthOf(value.trim()) <= MAX_QUESTION) {
      showMessage("");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!isField(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(field().value);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#send")) ask(field().value);
    if (event.target.closest?.("#restart")) restart();
  });
  document.addEventListener("click", (event) => {
    const starter = event.target.closest?.("button.starter, button.chip, button.choice");
    if (!starter) return;
    const corrects = starter.classList.contains("choice");
    ask(starter.dataset.message || starter.dataset.question || starter.textContent.trim(), corrects ? starter : null);
    if (!corrects) field().focus({ preventScroll: true });
  });
  document.querySelector(".languages a").addEventListener("click", (event) => {
    // The other language is another page, and nothing is kept on the device: better asked than lost.
    if (messages.length && !window.confirm(texts.language_erases)) event.preventDefault();
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    field().focus();
  });
  wireSources(texts);
  wireActions(texts);
  // What has the focus must not be under the composer, whose height follows what is written in it.
  new ResizeObserver(([{ target }]) => {
    document.documentElement.style.setProperty("--composer", `${target.offsetHeight}px`);
  }).observe(document.getElementById("composer"));
  document.documentElement.dataset.ready = "true";
  receive();
}

// A message carried from the guided check arrives in the fragment, which never reaches a server; it is removed at once.
function receive() {
  const carried = new URLSearchParams(window.location.hash.slice(1)).get("message");
  if (!carried) return;
  window.history.replaceState(null, "", window.location.pathname);
  ask(carried);
}

// Gradio draws its blocks one by one, each when its code has arrived: nothing is wired before the last of them is there.
const NEEDED = [
  "#question textarea", "main", "#send", "#restart", "#composer-actions", "#keys", "#promise", "#composer-message-block #composer-message",
  "#conversation-block #conversation", "#conversation-title", "#panel-block #panel-sources", "#panel-document", "#panel-title", "#panel-about",
];
const observer = new MutationObserver(wireOnceDrawn);

function wireOnceDrawn() {
  if (!NEEDED.every((selector) => document.querySelector(selector))) return;
  observer.disconnect();
  wire();
}

observer.observe(document.body, { childList: true, subtree: true });
wireOnceDrawn();
