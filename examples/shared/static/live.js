// The classroom: waits for the class, brings its user into the room and out of it, shows who is there.
import { join as listen, news, onConnection, take } from "./notifications.js";
import { open } from "./rooms.js";
import { token } from "./token.js";

const byId = (id) => document.getElementById(id);
const classroom = byId("classroom");
const { session, side, starts, now } = classroom.dataset;
const enter = byId("enter");
const again = byId("again");
const stage = byId("stage");
const isTeacher = side === "teacher";
const here = globalThis.crypto?.randomUUID?.() ?? Math.random().toString(36).slice(2);
const api = `/api/live/session/${session}`;

let { status } = classroom.dataset;
let room;
let isInside = false;
let shown = "";
let members = new Map();
let quit = () => {};
let renewal;

// The server's time: a clock here may be wrong by hours.
const began = performance.now();
const seconds = () => Number(now) + (performance.now() - began) / 1000;

const countdown = byId("countdown");
const count = () => {
  const left = Math.round(Date.parse(starts) / 1000 - seconds());
  countdown.hidden = status !== "scheduled" || left <= 0;
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  countdown.querySelector("span").textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
};

const post = (path, body) =>
  fetch(api + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...token() },
    body: JSON.stringify(body ?? {}),
    keepalive: true,
  }).catch(() => undefined);

const show = (name) => {
  shown = name;
  if (status !== "scheduled") enter.textContent = enter.dataset.join;
  count();
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  const isOpen = name === "inside" || name === "opening";
  const isFailure = name === "broken" || name === "unreachable";
  enter.hidden = !["ready", "teacher-ready", "left"].includes(name);
  again.hidden = !isFailure;
  byId("leave").hidden = !isOpen;
  stage.hidden = !isOpen;
  if (!isOpen) for (const id of ["microphone", "camera", "no-devices"]) byId(id).hidden = true;
  if (name === "ended") {
    byId("home")?.removeAttribute("hidden");
    byId("ending")?.remove();
  }
};

// Where somebody is who neither came in nor tries to.
const isIdle = () => ["waiting", "ready", "teacher-ready", "left"].includes(shown);

const idle = () => {
  if (status === "ended") show("ended");
  else if (status === "active") show("ready");
  else show(isTeacher ? "teacher-ready" : "waiting");
};

// Who is there, by the presence channel; names come from the platform and are shown as text.
const draw = () => {
  const people = [...members.values()].sort((one, other) => one.name.localeCompare(other.name));
  byId("who-empty").hidden = people.length > 0;
  byId("people").replaceChildren(
    ...people.map(({ id, name, role }) => {
      const item = byId("person").content.firstElementChild.cloneNode(true);
      item.dataset.member = id;
      item.querySelector("bdi").textContent = name;
      item.querySelector(".badge").hidden = role !== "teacher";
      return item;
    }),
  );
};

const hear = (event, data) => {
  if (event === "subscription_succeeded") members = new Map(Object.entries(data.presence.hash));
  else if (event === "member_added") members.set(data.user_id, data.user_info);
  else if (event === "member_removed") members.delete(data.user_id);
  else if (event === "session.ended") take(event, data);
  draw();
};

const out = () => {
  clearTimeout(renewal);
  quit();
  members.clear();
  draw();
  byId("link").hidden = true;
  // A class that has ended needs no goodbye.
  if (isInside && status !== "ended") post("/presence", { kind: "left", connection: here });
  isInside = false;
  room = undefined;
};

const over = async (why) => {
  await look();
  if (shown === "refused") return;
  out();
  if (status === "ended") show("ended");
  else show(why === "failed" ? "broken" : "left");
};

const ended = () => {
  const open = room;
  status = "ended";
  out();
  if (isTeacher) open?.endForAll();
  else open?.leave();
  show("ended");
};

// Ask the platform where the class is.
const look = async () => {
  const answer = await fetch(api).catch(() => undefined);
  if (answer?.ok) ({ status } = await answer.json());
  else if (answer?.status === 403) refused();
};

const refused = () => {
  const open = room;
  out();
  open?.leave();
  show("refused");
};

// Give the right to join; undefined where there is none, and then the page says why.
const grant = async () => {
  const answer = await post("/join");
  if (answer?.ok) return answer.json();
  if (answer?.status === 409) { status = "scheduled"; idle(); }
  else if (answer?.status === 410) ended();
  else if (answer?.status === 403) refused();
  else if (answer?.status === 401) location.assign("/login");
  else if (!room) show("unreachable");
  return undefined;
};

const renewAt = ({ renew_after: after, expires_at: end }) => {
  const left = Date.parse(after) / 1000 - seconds();
  const longest = (Date.parse(end) - Date.parse(after)) / 1000;
  renewal = setTimeout(renew, Math.max(left, Math.min(longest, 30)) * 1000);
};

const renew = async () => {
  if (!room) return;
  const next = await grant();
  if (!room) return;
  if (next) await room.renew(next);
  if (next) renewAt(next);
  else renewal = setTimeout(renew, 10_000);
};

const devices = (tracks) => {
  byId("no-devices").hidden = Object.keys(tracks).length > 0;
  for (const [name, track] of Object.entries(tracks)) {
    const button = byId(name);
    button.hidden = false;
    button.onclick = async () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      await track.setMuted(!on);
      button.setAttribute("aria-pressed", on);
    };
  }
};

const linked = (url) => {
  byId("link").href = url;
  byId("link").hidden = false;
  show("ready");
  enter.hidden = true;
};

const nameOf = (id) => members.get(id)?.name ?? "";

const come = async () => {
  show("opening");
  const granted = await grant();
  if (!granted) return;
  status = "active";
  const channel = `presence-session.${session}`;
  quit = listen(channel, hear);
  try {
    room = await open(granted, { stage, over, nameOf, devices, linked });
  } catch {
    out();
    show("broken");
    return;
  }
  const opened = room;
  if (status === "ended") return ended();
  room.onDue?.(renew);
  renewAt(granted);
  opened.joined.then(() => {
    if (room !== opened) return;
    isInside = true;
    post("/presence", { kind: "joined", connection: here });
    show("inside");
  });
};

enter.addEventListener("click", come);
again.addEventListener("click", come);
byId("leave").addEventListener("click", () => room?.leave());
byId("end")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/end");
  if (answer?.ok) ended();
  else show("unreachable");
});
addEventListener("pagehide", out);
// A room does not survive in the browser's own store.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

news.addEventListener("event", ({ detail: { name, data } }) => {
  if (data.session_id !== session) return;
  if (name === "session.started" && status === "scheduled") {
    status = "active";
    if (isIdle()) idle();
  }
  if (name === "session.ended" && status !== "ended") ended();
});
onConnection((isUp) => { byId("who-down").hidden = isUp; });
// While there is no live connection the page goes by what it asks.
news.addEventListener("polled", async () => {
  const before = status;
  await look();
  if (status === before) return;
  if (status === "ended") ended();
  else if (isIdle()) idle();
});

setInterval(count, 1000);
idle();
