// The guided check: questions that do not apply step aside, the verdict follows each answer, phones get one question a screen.

import { say } from "./actions.js";

const root = document.getElementById("check");
const form = document.getElementById("check-form");
const card = root.querySelector(".card");
const texts = JSON.parse(root.dataset.texts);
const narrow = window.matchMedia("screen and (max-width: 46rem)");
const fields = [...form.querySelectorAll("fieldset.field")];
const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const PATIENCE = 15_000;
let step = 0;
let latest = 0;
let judging = null;
let said = "";

const answerTo = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value || "";

function applies(field) {
  return JSON.parse(field.dataset.only).every((rule) => rule.values.includes(answerTo(rule.field)));
}

function asked() {
  return fields.filter((field) => !field.dataset.aside);
}

// An answer set aside is kept in the page: the server leaves it out as long as its question does not apply.
function setAside() {
  fields.forEach((field) => {
    if (applies(field)) delete field.dataset.aside;
    else field.dataset.aside = "true";
  });
}

function showStep() {
  const stepping = narrow.matches;
  const steps = asked();
  step = Math.min(step, steps.length);
  const atResult = step === steps.length;
  const failed = card.classList.contains("state-failed");
  root.classList.toggle("stepping", stepping);
  root.classList.toggle("at-start", step === 0);
  root.classList.toggle("at-result", stepping && atResult);
  fields.forEach((field) => field.classList.toggle("current", stepping && field === steps[step]));
  byId("steps").hidden = !stepping;
  byId("step-count").hidden = !stepping;
  byId("step-count").textContent = atResult
    ? texts.step_result
    : fill(texts.step, { number: step + 1, total: steps.length });
  byId("step-back").hidden = step === 0;
  byId("step-next").hidden = atResult;
  byId("step-next").textContent = step === steps.length - 1 ? texts.step_end : texts.step_next;
  byId("mini").hidden = atResult || failed || !card.dataset.message;
  byId("mini-failure").hidden = atResult || !failed;
}

// Whoever leaves and comes back finds the same question: the entry of the history knows which, the device keeps nothing.
function place(to) {
  step = Math.max(0, Math.min(to, asked().length));
  showStep();
}

function lookAtStep() {
  window.scrollTo({ top: 0 });
  const target = asked()[step]?.querySelector("legend") || byId("check-state");
  target.focus();
}

// Each question of a phone is an entry of the history: the Back of the phone leads to the question before.
function go(to) {
  const from = step;
  place(to);
  if (step !== from) window.history.pushState({ step, from }, "");
  lookAtStep();
}

function goBack() {
  if (window.history.state?.from === step - 1) window.history.back();
  else go(step - 1);
}

function failure(text) {
  const failed = byId("check-failure").content.firstElementChild.cloneNode(true);
  failed.querySelector(".check-sentence").textContent = text;
  byId("mini-failure").querySelector("p").textContent = text;
  return failed;
}

async function fetchCard() {
  const response = await fetch(root.dataset.verdict, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status === 429) return failure((await response.json()).error.message);
  if (!response.ok) throw new Error(String(response.status));
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  return template.content.querySelector(".card");
}

// What the card says is replaced; its buttons stay, and what was open in it.
function show(fresh) {
  const open = [...card.querySelectorAll("details[open]")].map((details) => details.id);
  const held = document.activeElement.closest("details")?.id;
  card.className = fresh.className;
  card.dataset.message = fresh.dataset.message;
  fresh.querySelectorAll("[data-part]").forEach((part) => {
    card.querySelector(`[data-part="${part.dataset.part}"]`).replaceChildren(...part.childNodes);
  });
  open.forEach((id) => byId(id)?.setAttribute("open", ""));
  if (held) byId(held)?.querySelector("summary").focus({ preventScroll: true });
  byId("mini-link").textContent = byId("check-state").textContent.trim();
  showStep();
}

async function followAnswers(quietly) {
  const mine = ++latest;
  root.classList.add("waiting-for-verdict");
  const fresh = await fetchCard().catch(() => failure(texts.check_failed));
  if (mine !== latest) return;
  root.classList.remove("waiting-for-verdict");
  show(fresh);
  const state = byId("check-state").textContent.trim();
  const sentence = card.querySelector(".check-sentence").textContent.trim();
  const words = fill(texts.check_verdict_now, { state, sentence });
  if (card.classList.contains("state-failed")) say(`${state}. ${sentence}`);
  else if (!quietly && words !== said) say(words);
  said = words;
}

function judge({ quietly = false } = {}) {
  judging = followAnswers(quietly);
  return judging;
}

async function retry(button) {
  const inCard = card.contains(button);
  await judge();
  if (button.offsetParent) return;
  (inCard ? byId("check-state") : asked()[step].querySelector("legend")).focus();
}

function reset() {
  form.reset();
  form.querySelectorAll('input[value=""]').forEach((input) => { input.checked = true; });
  setAside();
  place(0);
  window.history.replaceState({ step }, "");
  judge({ quietly: true });
  say(texts.check_restarted);
  lookAtStep();
}

// Answers carried from the chat arrive in the fragment, which never reaches a server; it is removed at once.
function receive() {
  const carried = new URLSearchParams(window.location.hash.slice(1));
  let any = false;
  carried.forEach((value, name) => {
    const input = [...form.querySelectorAll("input[type=radio]")].find((one) => one.name === name && one.value === value);
    if (input) {
      input.checked = true;
      any = true;
    }
  });
  if (any) window.history.replaceState(null, "", window.location.pathname);
}

form.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=radio]")) return;
  setAside();
  showStep();
  judge();
});
// Enter in an answer sends a form: here nothing has to be sent but what is downloaded.
form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  if (narrow.matches) go(step + 1);
});
byId("step-next").addEventListener("click", () => go(step + 1));
byId("step-back").addEventListener("click", goBack);
window.addEventListener("popstate", (event) => {
  if (!event.state || !narrow.matches) return;
  place(event.state.step);
  lookAtStep();
});
byId("mini-link").addEventListener("click", (event) => {
  event.preventDefault();
  go(asked().length);
});
byId("check-print").hidden = false;
byId("check-print").addEventListener("click", () => window.print());
byId("check-reset").hidden = false;
byId("check-reset").addEventListener("click", reset);
byId("check-talk").addEventListener("click", async (event) => {
  event.preventDefault();
  await judging;
  if (card.classList.contains("state-failed")) return;
  const { message } = card.dataset;
  window.location.assign(message ? `${root.dataset.chat}#${new URLSearchParams({ message })}` : root.dataset.chat);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-retry]");
  if (button) retry(button);
  const link = event.target.closest?.(".check-next a");
  if (!link) return;
  event.preventDefault();
  const field = byId(`field-${link.dataset.field}`);
  if (narrow.matches) go(asked().indexOf(field));
  else {
    field.querySelector("legend").focus();
    field.scrollIntoView({ block: "center" });
  }
});
// The other language opens with the same answers, carried as those of the chat are.
document.querySelector(".languages a").addEventListener("click", (event) => {
  const answers = [...new FormData(form)].filter(([, value]) => value);
  event.currentTarget.hash = new URLSearchParams(answers);
});
narrow.addEventListener("change", showStep);
// On paper every source is open, once.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  const titles = new Set();
  unfolded = [...card.querySelectorAll("details")].filter((details) => {
    const title = details.querySelector(".source-title").textContent;
    const isNew = !titles.has(title) && !details.open;
    titles.add(title);
    return isNew;
  });
  unfolded.forEach((details) => { details.open = true; });
});
window.addEventListener("afterprint", () => unfolded.forEach((details) => { details.open = false; }));
root.querySelector(".submit").hidden = true;
root.classList.add("live");
setAside();
showStep();
// Coming back, the browser restores the answers after this script has run and before it says that the page is shown.
window.addEventListener("pageshow", () => {
  receive();
  setAside();
  place(window.history.state?.step ?? 0);
  window.history.replaceState({ ...window.history.state, step }, "");
  judge({ quietly: true });
  document.documentElement.dataset.ready = "true";
});
