// The room's page: comes in with the token of its address, shows who is there, and tells the page around it what happens.
const room = location.pathname.split("/").pop();
const base = location.pathname.replace(/\/rooms\/[^/]*$/, "");
const given = new URLSearchParams(location.hash.slice(1));
const option = (name) => (given.has(name) ? JSON.parse(given.get(name)) : undefined);
const around = given.get("sandbox.parent");
const jwt = new URLSearchParams(location.search).get("jwt") || option("jwt") || "";
const people = new Map();
const byId = (id) => document.getElementById(id);
const { you } = byId("people").dataset;
let me;

const tell = (event, payload) => {
  document.dispatchEvent(new CustomEvent("jitsi", { detail: { event, payload } }));
  if (around && window.parent !== window) window.parent.postMessage({ sandbox: "jitsi", event, payload }, around);
};

const post = (path, body) =>
  fetch(`${base}/rooms/${room}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const act = (what, more = {}) => me && post("act", { id: me.id, do: what, ...more });

const show = (state) => {
  const had = document.activeElement?.closest("[data-state]");
  for (const part of document.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
  // Whoever came by keyboard goes on from here, and not from the page's beginning.
  if (had?.hidden) byId("main").focus();
};

const tiles = new Map();

const made = ({ id, displayName }) => {
  const item = byId("tile").content.firstElementChild.cloneNode(true);
  const kick = item.querySelector(".kick");
  item.dataset.id = id;
  item.style.setProperty("--hue", parseInt(id, 16) % 360);
  item.querySelector(".name").textContent = displayName;
  item.querySelector(".you").hidden = id !== me.id;
  kick.setAttribute("aria-label", `${kick.textContent} ${displayName}`);
  byId("people").append(item);
  return item;
};

const draw = () => {
  for (const [id, item] of tiles) if (!people.has(id)) { item.remove(); tiles.delete(id); }
  // What is there already stays there, and keeps the focus.
  for (const one of people.values()) {
    if (!tiles.has(one.id)) tiles.set(one.id, made(one));
    const part = (name) => tiles.get(one.id).querySelector(`.${name}`);
    part("hand").hidden = !one.handRaised;
    part("muted").hidden = !one.isMuted;
    part("moderator").hidden = one.role !== "moderator";
    part("kick").hidden = me.role !== "moderator" || one.id === me.id;
  }
  document.querySelectorAll("[data-moderator]").forEach((one) => (one.hidden = me.role !== "moderator"));
};

const knocks = ({ id, name }) => {
  const item = byId("knock").content.firstElementChild.cloneNode(true);
  const admit = item.querySelector("button");
  item.dataset.id = id;
  item.querySelector(".name").textContent = name;
  admit.setAttribute("aria-label", `${admit.textContent} ${name}`);
  byId("waiting").append(item);
};

const take = ({ event, payload }) => {
  if (event === "videoConferenceJoined") { people.set(payload.id, payload); show("inside"); }
  if (event === "participantJoined") people.set(payload.id, payload);
  if (event === "participantLeft") people.delete(payload.id);
  if (event === "knockingParticipant") knocks(payload.participant);
  if (event === "participantJoined") byId("waiting").querySelector(`[data-id="${payload.id}"]`)?.remove();
  if (event === "participantMuted" && people.has(payload.participantId)) people.get(payload.participantId).isMuted = payload.isMuted;
  if (event === "raiseHandUpdated" && people.has(payload.id)) people.get(payload.id).handRaised = payload.handRaised;
  if (event === "participantRoleChanged") {
    if (people.has(payload.id)) people.get(payload.id).role = payload.role;
    if (payload.id === me.id) me.role = payload.role;
  }
  if (event === "incomingMessage" || event === "outgoingMessage") {
    const line = document.createElement("li");
    line.dir = "auto";
    line.textContent = `${payload.nick || you}: ${payload.message}`;
    byId("chat").append(line);
  }
  if (event === "readyToClose") { me = undefined; show("over"); }
  if (me) draw();
  tell(event, payload);
};

const listen = async () => {
  while (me) {
    const answer = await fetch(`${base}/rooms/${room}/news?id=${me.id}`).catch(() => undefined);
    if (!answer || !answer.ok) { await new Promise((resolve) => setTimeout(resolve, 500)); continue; }
    const { news, role } = await answer.json();
    if (me) me.role = role;
    news.forEach(take);
  }
};

// By the sandbox's clock, which may be days ahead of this one.
const count = () => {
  if (me?.expires_at) byId("left").textContent = Math.max(0, Math.round(me.expires_in - (performance.now() - me.since) / 1000));
};

const showRights = () => {
  const rights = Object.entries(me.features).filter(([, allowed]) => allowed).map(([name]) => name);
  byId("features").hidden = !rights.length;
  byId("rights").textContent = rights.join(", ");
};

let password = "";

const join = async () => {
  const displayName = option("userInfo.displayName") || byId("name").value;
  const answer = await post("join", { jwt, displayName, password, embedded: window.parent !== window });
  const told = await answer.json();
  if (told.error?.name === "conference.passwordRequired") {
    show("locked");
    tell("passwordRequired", {});
    return;
  }
  if (told.error) {
    byId("problem").textContent = `${told.error.name}: ${told.error.message}`;
    show("refused");
    tell("errorOccurred", { error: told.error });
    return;
  }
  me = { ...told, since: performance.now() };
  byId("expiry").hidden = !me.expires_at;
  showRights();
  setInterval(count, 1000);
  count();
  show(me.waiting ? "waiting" : "inside");
  if (me.waiting) tell("errorOccurred", { error: { name: "conference.connectionError.membersOnly", message: "", type: "CONFERENCE", isFatal: false } });
  listen();
};

const hangUp = async () => {
  if (!me) return;
  await act("leave");
  take({ event: "videoConferenceLeft", payload: { roomName: room } });
  take({ event: "readyToClose", payload: {} });
};

const COMMANDS = {
  hangup: hangUp,
  endConference: () => act("end"),
  kickParticipant: (target) => act("kick", { target }),
  muteEveryone: () => act("mute_all"),
  grantModerator: (target) => act("appoint", { target }),
  answerKnockingParticipant: (target, ok) => ok && act("admit", { target }),
  toggleLobby: (on) => act("lobby", { on }),
  password: (given) => { password = given; if (!me) join(); },
  toggleAudio: () => act("mute", { on: !people.get(me?.id)?.isMuted }),
  toggleRaiseHand: () => act("hand", { on: !people.get(me?.id)?.handRaised }),
  sendChatMessage: (text) => act("chat", { text }),
  subject: (subject) => { byId("subject").textContent = subject; tell("subjectChange", { subject }); },
};

addEventListener("message", ({ origin, source, data }) => {
  if (origin !== around || source !== window.parent || data?.sandbox !== "jitsi") return;
  COMMANDS[data.command]?.(...data.args);
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-do]");
  if (!button) return;
  const { do: what } = button.dataset;
  if (what === "kick" || what === "admit") act(what, { target: button.closest("[data-id]").dataset.id });
  else COMMANDS[what]?.();
});

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("text");
  if (field.value.trim()) act("chat", { text: field.value.trim() });
  field.value = "";
});

byId("enter").addEventListener("submit", (event) => { event.preventDefault(); join(); });
byId("unlock").addEventListener("submit", (event) => { event.preventDefault(); COMMANDS.password(byId("password").value); });
addEventListener("pagehide", () => me && navigator.sendBeacon(`${base}/rooms/${room}/act`, new Blob([JSON.stringify({ id: me.id, do: "leave" })], { type: "application/json" })));

const shown = option("config.toolbarButtons");
const hidden = { microphone: "toggleAudio", raisehand: "toggleRaiseHand", hangup: "hangup", "mute-everyone": "muteEveryone" };
if (shown) for (const [name, what] of Object.entries(hidden)) document.querySelector(`.tools [data-do="${what}"]`).classList.toggle("off", !shown.includes(name));
byId("subject").textContent = option("config.subject") || room;
const prejoin = option("config.prejoinConfig")?.enabled ?? option("config.prejoinConfig.enabled") ?? option("config.prejoinPageEnabled") ?? true;
if (prejoin) { show("prejoin"); tell("prejoinScreenLoaded", {}); } else join();
