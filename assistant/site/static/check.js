// The guided check: questions that do not apply step aside, the verdict follows each answer, phones get one question a screen.

import { say } from "./actions.js";

const root = document.getElementById("check");
const form = document.getElementById("check-form");
const texts = JSON.parse(root.dataset.texts);
const narrow = window.matchMedia("(max-width: 46rem)");
const fields = [...form.querySelectorAll("fieldset.field")];
const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
let step = 0;
let latest = 0;
let message = "";

const answerTo = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value || "";

function applies(field) {
  return JSON.parse(field.dataset.only).every((rule) => rule.values.includes(answerTo(rule.field)));
}

function asked() {
  return fields.filter((field) => !field.dataset.aside);
}

function setAside() {
  fields.forEach((field) => {
    if (applies(field)) delete field.dataset.aside;
    else field.dataset.aside = "true";
    field.disabled = Boolean(field.dataset.aside);
  });
}

function showStep() {
  const stepping = narrow.matches;
  const steps = asked();
  step = Math.min(step, steps.length);
  root.classList.toggle("stepping", stepping);
  root.classList.toggle("at-result", stepping && step === steps.length);
  fields.forEach((field) => field.classList.toggle("current", stepping && field === steps[step]));
  byId("steps").hidden = !stepping;
  byId("step-count").hidden = !stepping;
  byId("step-count").textContent = step < steps.length
    ? fill(texts.step, { number: step + 1, total: steps.length })
    : texts.step_result;
  byId("step-back").hidden = step === 0;
  byId("step-next").hidden = step === steps.length;
  byId("step-next").textContent = step === steps.length - 1 ? texts.step_end : texts.step_next;
  byId("mini").hidden = !stepping || step === steps.length || !message;
}

function go(to) {
  step = Math.max(0, Math.min(to, asked().length));
  showStep();
  window.scrollTo({ top: 0 });
  const target = asked()[step]?.querySelector("legend") || byId("check-state");
  target.focus();
}

async function judge({ quietly = false } = {}) {
  const mine = ++latest;
  const scrolled = byId("check-card").querySelectorAll("details[open]").length;
  try {
    const response = await fetch(root.dataset.verdict, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) throw new Error(String(response.status));
    const html = await response.text();
    if (mine !== latest) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const holder = template.content.firstElementChild;
    message = holder.dataset.message;
    byId("check-card").replaceChildren(...holder.children);
    const state = byId("check-state").textContent.trim();
    const sentence = byId("check-card").querySelector(".check-sentence").textContent.trim();
    byId("mini-link").textContent = state;
    byId("check-outcome").hidden = true;
    showStep();
    if (!quietly && !scrolled) say(fill(texts.check_verdict_now, { state, sentence }));
    else if (!quietly) say(state);
  } catch {
    byId("check-outcome").textContent = texts.check_failed;
    byId("check-outcome").hidden = false;
    say(texts.check_failed);
  }
}

function reset() {
  form.reset();
  form.querySelectorAll('input[value=""]').forEach((input) => { input.checked = true; });
  setAside();
  step = 0;
  judge({ quietly: true });
  showStep();
  say(texts.check_restarted);
  window.scrollTo({ top: 0 });
  fields[0].querySelector("legend").focus();
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
  return any;
}

form.addEventListener("change", (event) => {
  if (!event.target.matches("input[type=radio]")) return;
  setAside();
  showStep();
  judge();
});
byId("step-next").addEventListener("click", () => go(step + 1));
byId("step-back").addEventListener("click", () => go(step - 1));
byId("mini-link").addEventListener("click", (event) => {
  event.preventDefault();
  go(asked().length);
});
byId("check-print").hidden = false;
byId("check-print").addEventListener("click", () => {
  byId("check-card").querySelectorAll("details").forEach((details) => { details.open = true; });
  window.print();
});
byId("check-reset").hidden = false;
byId("check-reset").addEventListener("click", reset);
byId("check-talk").addEventListener("click", (event) => {
  if (!message) return;
  event.preventDefault();
  window.location.assign(`${root.dataset.chat}#${new URLSearchParams({ message })}`);
});
document.addEventListener("click", (event) => {
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
root.querySelector(".submit").hidden = true;
root.classList.add("live");
receive();
setAside();
showStep();
judge({ quietly: true });
document.documentElement.dataset.ready = "true";
