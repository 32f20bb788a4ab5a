// What one can do with an answer: copy it, say whether it helped, report an error. Only closed choices are ever sent.

export const say = (text, announcer = document.getElementById("announcer")) => {
  if (!announcer) return;
  announcer.textContent = "";
  window.setTimeout(() => { announcer.textContent = text; }, 60);
};

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "vh";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

async function sendOpinion(body, texts) {
  const response = await fetch("/feedback", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Accept-Language": texts.language },
    body: JSON.stringify(body),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  if (!response.ok) throw new Error(String(response.status));
}

function tell(card, text) {
  const outcome = card.querySelector(".outcome");
  outcome.textContent = text;
  outcome.hidden = false;
  say(text);
}

async function vote(button, card, kind, texts) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  const other = card.querySelector('[data-action="vote"][aria-pressed="true"]');
  try {
    if (other) await sendOpinion({ opinion: other.dataset.opinion, kind, undo: true }, texts);
    other?.setAttribute("aria-pressed", "false");
    if (!pressed) {
      await sendOpinion({ opinion: button.dataset.opinion, kind }, texts);
      button.setAttribute("aria-pressed", "true");
    }
    tell(card, pressed ? texts.vote_removed : texts.thanks_vote);
  } catch {
    tell(card, texts.feedback_failed);
  }
}

async function report(card, kind, texts) {
  const chosen = card.querySelector(".report input:checked");
  if (!chosen) {
    tell(card, texts.report_choose);
    card.querySelector(".report input").focus();
    return;
  }
  try {
    await sendOpinion({ opinion: "report", kind, reason: chosen.value }, texts);
    card.querySelector(".report").hidden = true;
    const opener = card.querySelector('[data-action="report"]');
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
    chosen.checked = false;
    tell(card, texts.report_thanks);
  } catch {
    tell(card, texts.feedback_failed);
  }
}

export function wireActions(texts) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-action]");
    if (!button) return;
    const card = button.closest(".card");
    const kind = card.closest(".reply").dataset.kind;
    if (button.dataset.action === "copy") {
      tell(card, (await copyText(button.dataset.copy)) ? texts.copied : texts.copy_failed);
    } else if (button.dataset.action === "vote") {
      vote(button, card, kind, texts);
    } else if (button.dataset.action === "report") {
      const form = card.querySelector(".report");
      form.hidden = !form.hidden;
      button.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) form.querySelector("input").focus();
    } else if (button.dataset.action === "send-report") {
      report(card, kind, texts);
    }
  });
}
