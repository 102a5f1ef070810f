// Live journal: asks for what is new every second while the page is seen, and says so at most every five seconds.
const rows = document.getElementById("rows");
const calls = document.getElementById("calls");
const live = document.getElementById("live");
const pause = document.getElementById("pause");
let last = Number(rows.dataset.last);
let paused = false;
let fresh = 0;
let told = 0;

const cell = (text, name) => {
  const td = document.createElement("td");
  if (name) td.className = name;
  td.append(text);
  return td;
};

const code = (text) => {
  const element = document.createElement("code");
  element.textContent = text;
  return element;
};

const row = (entry) => {
  const tr = document.createElement("tr");
  const link = document.createElement("a");
  link.href = `/console/journal/${entry.id}`;
  link.append(code(`${entry.method} ${entry.path}`));
  const call = cell(link);
  if (entry.kind === "webhook") call.append(` · ${entry.operation}`);
  if (entry.fault) call.append(` · fault ${entry.fault}`);
  const tone = entry.status >= 500 || !entry.status ? "bad" : entry.status >= 400 ? "warn" : "ok";
  tr.append(
    cell(code(new Date(entry.at * 1000).toISOString().slice(11, 19))),
    cell(entry.provider + (entry.kind === "call" ? "" : ` ${entry.kind}`)),
    call,
    cell(String(entry.status || "none"), `end status ${tone}`),
    cell(String(entry.duration_ms), "end"),
  );
  return tr;
};

const say = (word) => {
  live.textContent = word;
  live.classList.toggle("off", word !== "Live");
};

const look = async () => {
  if (paused || document.visibilityState !== "visible") return;
  const response = await fetch(`/_sandbox/journal?after=${last}&${rows.dataset.wanted}`).catch(() => null);
  say(response?.ok ? "Live" : "No answer");
  if (!response?.ok) return;
  for (const entry of (await response.json()).entries) {
    document.getElementById("nothing")?.remove();
    rows.prepend(row(entry));
    last = entry.id;
    fresh += 1;
  }
  while (rows.children.length > 500) rows.lastElementChild.remove();
  if (fresh && Date.now() - told > 5000) {
    calls.textContent = `${fresh} new ${fresh === 1 ? "call" : "calls"}`;
    fresh = 0;
    told = Date.now();
  }
};

setInterval(look, 1000);
live.hidden = pause.hidden = false;

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "Go on" : "Pause";
  say(paused ? "Paused" : "Live");
});

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-shortcut='/']");
  if (event.key === "/" && field && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    field.focus();
  }
});

// The theme button: colours at once, and the focus stays; without this script its form does the same.
const theme = document.getElementById("theme");
const button = theme.querySelector("button");

theme.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(theme.action, { method: "POST", body: new URLSearchParams({ theme: button.value }) });
  if (!answer.ok) return;
  const chosen = await answer.json();
  if (chosen.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen.theme;
  button.value = chosen.next;
  button.querySelector("use").setAttribute("href", `/static/icons.svg#theme-${chosen.theme}`);
  button.querySelector(".hidden").textContent = `Theme: ${chosen.theme}. Change to ${chosen.next}`;
});
