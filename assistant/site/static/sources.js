// Sources: beside the conversation when there is room, under the answer otherwise. A marker opens the document at the cited passage.

import { closeDocument, isPlain, openDocument, wireDocuments } from "./document.js";

const wide = window.matchMedia("(min-width: 1100px)");
const homes = new Map(); // sources section -> the reply it belongs to
let active = null;
let cameFrom = null;

const panel = () => document.getElementById("panel-sources");
const about = () => document.getElementById("panel-about");

function sendHome() {
  if (active && homes.has(active) && active.parentElement === panel()) {
    const reply = homes.get(active);
    reply.insertBefore(active, reply.querySelector(".follow-ups"));
  }
}

function place(texts) {
  sendHome();
  if (!active) {
    about().textContent = texts.sources_empty;
    return;
  }
  if (wide.matches) {
    panel().append(active);
    const question = homes.get(active).closest(".turn").dataset.question;
    const short = question.length > 120 ? `${question.slice(0, 117)}…` : question;
    about().textContent = texts.sources_of.replace("{question}", short);
  }
}

export function showNewSources(reply, texts) {
  closeDocument({ keepsFocus: true });
  showSourcesOf(reply, texts);
  const first = active?.querySelector("details.source");
  if (first && wide.matches) {
    first.open = true;
    document.getElementById("panel").scrollTo({ top: 0 });
  }
}

function showSourcesOf(reply, texts) {
  sendHome();
  active = reply.querySelector(".sources") || active;
  const section = [...homes.entries()].find(([, owner]) => owner === reply)?.[0] || reply.querySelector(".sources");
  if (!section) {
    active = null;
    about().textContent = texts.sources_none;
    return;
  }
  homes.set(section, reply);
  active = section;
  place(texts);
}

async function readOn(link, texts) {
  if (link.matches(".marker")) showSourcesOf(link.closest(".reply"), texts);
  if (!(await openDocument(link, texts)) && link.matches(".marker")) openSource(link, texts);
}

// The passage alone, from what the answer already holds: what remains when the document cannot be opened.
function openSource(marker, texts) {
  const source = document.getElementById(marker.dataset.source);
  if (!source) return;
  document.querySelectorAll("a.marker[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  marker.setAttribute("aria-current", "true");
  cameFrom = marker;
  source.closest("ol").querySelectorAll("details.source[open]").forEach((other) => {
    if (other !== source) other.open = false;
  });
  source.open = true;
  source.querySelector("summary").focus({ preventScroll: true });
  if (wide.matches) document.getElementById("panel").scrollTo({ top: Math.max(0, source.offsetTop - 16) });
  else source.scrollIntoView({ block: "start" });
}

function goBack(source) {
  const id = source?.id;
  const reply = id && [...homes.entries()].find(([section]) => section.contains(source))?.[1];
  const marker = cameFrom && cameFrom.dataset.source === id ? cameFrom : reply?.querySelector(`a.marker[data-source="${id}"]`);
  if (source) source.open = false;
  marker?.removeAttribute("aria-current");
  const target = marker || reply?.querySelector(".state");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

export function forgetSources(texts) {
  closeDocument({ keepsFocus: true });
  panel().replaceChildren();
  homes.clear();
  active = null;
  cameFrom = null;
  place(texts);
}

export function wireSources(texts) {
  wide.addEventListener("change", () => place(texts));
  wireDocuments(texts);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.marker, a.read-on");
    if (link && isPlain(event)) {
      event.preventDefault();
      readOn(link, texts);
      return;
    }
    const back = event.target.closest?.("a.back");
    if (back) {
      event.preventDefault();
      goBack(back.closest("details.source"));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (closeDocument()) {
      event.preventDefault();
      return;
    }
    const inside = document.activeElement?.closest?.("details.source[open]");
    const open = inside || (cameFrom && document.getElementById(cameFrom.dataset.source));
    if (open?.open) {
      event.preventDefault();
      goBack(open);
    }
  });
}
