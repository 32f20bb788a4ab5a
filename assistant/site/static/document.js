// A document at the cited passage: beside the conversation when there is room, over it otherwise; and its page alone.

import { copyText, say } from "./actions.js";

const wide = window.matchMedia("(min-width: 1100px)");
const APART = ".skip, header.top, #talk, footer.bottom";
let opener = null;
let request = null;

const host = () => document.getElementById("panel-document");
const panel = () => document.getElementById("panel");
const isOpen = () => document.body.classList.contains("has-document");

// True for a click that asks for this page, and not for a new tab or a download.
export const isPlain = (event) => event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

function wireCopy() {
  document.querySelectorAll("[data-needs-script]").forEach((each) => { each.hidden = false; });
}

async function copyLink(button) {
  const link = new URL(button.closest(".doc").dataset.link, window.location.href).href;
  say((await copyText(link)) ? button.dataset.copied : button.dataset.failed);
  button.focus();
}

// On a narrow screen the document covers the page: what is under it is out of reach until it is closed.
function setApart() {
  const covers = isOpen() && !wide.matches;
  document.querySelectorAll(APART).forEach((each) => { each.inert = covers; });
  host().setAttribute("role", covers ? "dialog" : "region");
  host().toggleAttribute("aria-modal", covers);
  if (covers) host().setAttribute("aria-modal", "true");
}

function show(content, texts) {
  const bar = document.createElement("div");
  bar.className = "doc-bar";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.dataset.document = "close";
  close.textContent = texts.doc_close;
  const title = document.createElement("span");
  title.className = "doc-bar-title";
  title.setAttribute("aria-hidden", "true"); // the title itself follows
  title.textContent = content.querySelector(".doc-title")?.textContent || "";
  bar.append(title, close);
  host().replaceChildren(bar, content);
}

function bring(target) {
  const seen = host().querySelector(".sheet rect") || host().querySelector(".doc-text mark.quote") || target;
  const shown = target.id === "passage" ? seen : target;
  const room = panel();
  target.focus({ preventScroll: true });
  room.scrollTop += shown.getBoundingClientRect().top - room.getBoundingClientRect().top - room.clientHeight * 0.3;
}

async function load(address, texts) {
  request?.abort();
  const mine = new AbortController();
  request = mine;
  const url = new URL(address, window.location.href);
  const wanted = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  url.searchParams.set("panel", "1");
  const response = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", signal: mine.signal });
  if (!response.ok) throw new Error(String(response.status));
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  if (request !== mine) return;
  show(template.content.querySelector(".doc"), texts);
  host().setAttribute("aria-labelledby", "doc-title");
  panel().scrollTop = 0;
  wireCopy();
  const target = wanted && host().querySelector(`#${CSS.escape(wanted)}`);
  bring(target || document.getElementById("doc-title"));
}

// Opens the document that a link leads to; false when it could not be.
export async function openDocument(link, texts) {
  opener?.removeAttribute("aria-current");
  opener = link;
  link.setAttribute("aria-current", "true");
  const wasOpen = isOpen();
  document.body.classList.add("has-document");
  setApart();
  if (!wasOpen && !wide.matches) window.history.pushState({ ...window.history.state, document: true }, "");
  const waiting = document.createElement("p");
  waiting.className = "waiting";
  waiting.textContent = texts.doc_opening;
  show(waiting, texts);
  say(texts.doc_opening);
  try {
    await load(link.href, texts);
    return true;
  } catch (problem) {
    if (problem.name === "AbortError") return true;
    closeDocument({ keepsFocus: true });
    say(texts.doc_failed);
    return false;
  }
}

// Closes the document and leads back to where it was opened from; false when none was open.
export function closeDocument({ keepsFocus = false, fromHistory = false } = {}) {
  if (!isOpen()) return false;
  request?.abort();
  request = null;
  host().replaceChildren();
  host().removeAttribute("aria-labelledby");
  document.body.classList.remove("has-document");
  setApart();
  if (!fromHistory && window.history.state?.document) window.history.back();
  opener?.removeAttribute("aria-current");
  if (!keepsFocus) {
    opener?.focus();
    opener?.scrollIntoView({ block: "nearest" });
  }
  return true;
}

// The links inside an open document turn its pages in place.
export function wireDocuments(texts) {
  wide.addEventListener("change", setApart);
  window.addEventListener("popstate", () => closeDocument({ fromHistory: true }));
  document.addEventListener("click", async (event) => {
    if (event.target.closest?.('[data-document="close"]')) closeDocument();
    const inside = event.target.closest?.("#panel-document a.in-doc");
    if (!inside || !isPlain(event)) return;
    event.preventDefault();
    try {
      await load(inside.href, texts);
    } catch (problem) {
      if (problem.name !== "AbortError") window.open(inside.href, "_blank", "noopener");
    }
  });
}

document.addEventListener("click", (event) => {
  const copy = event.target.closest?.('[data-document="copy"]');
  if (copy) copyLink(copy);
});
wireCopy();
