// What is told to a signed-in user while a page is open: by the live connection, and while that is down by asking. Each
// event is a toast once, whichever way and however often it comes.
import { Realtime } from "./realtime.js";
import { token } from "./token.js";

const POLLS_MS = 15_000;
const MOST_SEEN = 200;
const MOST_TOASTS = 3;
const STAYS_MS = 10_000;
const SETTLES_MS = 200;
const SEEN = "told";

const place = document.getElementById("toasts");
let since = Number(place.dataset.since);
let connection;
let isUp = false;
let isKnown = false;
let next;

export const news = new EventTarget();
const tell = (name, detail) => news.dispatchEvent(new CustomEvent(name, { detail }));

const isNew = (id) => {
  const seen = JSON.parse(sessionStorage.getItem(SEEN) ?? "[]");
  if (seen.includes(id)) return false;
  sessionStorage.setItem(SEEN, JSON.stringify([...seen, id].slice(-MOST_SEEN)));
  return true;
};

const template = (name, status) =>
  [...document.querySelectorAll("template[data-toast]")].find(
    ({ dataset: { toast, when } }) => toast === name && (when === undefined || when === status),
  );

// It covers a part of the page, so it goes by itself; not while somebody is about to use it.
const goesBy = (made) =>
  setTimeout(() => (made.matches(":hover, :focus-within") ? goesBy(made) : made.remove()), STAYS_MS);

const toast = (name, data) => {
  const found = template(name, data.status);
  if (!found) return;
  // Imported, since in the template's own document no link leads anywhere.
  const made = document.importNode(found.content.firstElementChild, true);
  const link = made.querySelector("a");
  link.href = link.dataset.href.replace(/{(\w+)}/g, (_, field) => encodeURIComponent(data[field]));
  // Who looks at it already need not be told.
  if (link.pathname === location.pathname || document.querySelector(`[data-session="${Number(data.session_id)}"]`)) return;
  for (const field of made.querySelectorAll("[data-field]")) field.textContent = data[field.dataset.field];
  made.querySelector(".close").addEventListener("click", () => made.remove());
  place.append(made);
  goesBy(made);
  while (place.children.length > MOST_TOASTS) place.firstElementChild.remove();
};

const moment = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-nu-latn`, {
  weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short",
});
const localise = () => {
  for (const time of document.querySelectorAll("time[data-local][dir]")) {
    time.textContent = moment.format(new Date(time.dateTime));
    time.removeAttribute("dir");
  }
};

// Parts of the page that show what just changed are taken anew: from it, or from the page that they name.
const refresh = async (name) => {
  const parts = [...document.querySelectorAll("[data-fresh]")].filter(({ dataset }) => name.startsWith(dataset.fresh));
  const from = Map.groupBy(parts, ({ dataset }) => new URL(dataset.from ?? location.href, location.href).href);
  await Promise.all([...from].map(([address, its]) => renew(address, its)));
  localise();
};

const renew = async (address, parts) => {
  const answer = await fetch(address).catch(() => undefined);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) part.replaceChildren(...(fresh.getElementById(part.id)?.childNodes ?? []));
};

// Whoever opens what a notice leads to has read it.
document.addEventListener("click", ({ target }) => {
  const notice = target.closest("[data-notice] a[href]")?.closest("[data-notice].unread");
  if (notice) fetch(`/notifications/${notice.dataset.notice}/read`, { method: "POST", headers: token(), keepalive: true });
});

const take = (name, data) => {
  if (!data.event_id || !isNew(data.event_id)) return;
  tell("event", { name, data });
  toast(name, data);
  refresh(name);
};

// A page without a connection asks again and again; one that has just got its own asks once for what it missed.
const ask = async () => {
  clearTimeout(next);
  const answer = await fetch(`/api/live/news?since=${since}`).catch(() => undefined);
  // Who was signed out elsewhere hears nothing more.
  if (answer?.status === 401) return connection?.stop();
  const told = answer?.ok ? await answer.json() : undefined;
  if (told) {
    since = told.now;
    for (const { name, data } of told.events) take(name, data);
    listen(told);
  }
  tell("polled", {});
  if (!isUp) next = setTimeout(ask, POLLS_MS);
};

const listen = ({ realtime, channels }) => {
  if (!realtime) return;
  connection ??= new Realtime(realtime, { state: changed });
  for (const channel of channels) if (!connection.channels.has(channel)) connection.subscribe(channel, hear);
};

// Once the page is let in on the last of its channels it asks for what was told before: nothing falls between.
const hear = (event, data) => {
  if (event !== "subscription_succeeded" && event !== "denied") return take(event, data);
  clearTimeout(next);
  next = setTimeout(ask, SETTLES_MS);
};

const changed = (state) => {
  const was = isUp;
  isUp = state === "up";
  isKnown = true;
  tell("connection", {});
  if (was && !isUp) ask();
};

// Let a part of the page act on the connection's state: now, where that is known, and at each change. Gives what ends it.
export const onConnection = (act) => {
  const told = () => act(isUp);
  news.addEventListener("connection", told);
  if (isKnown) told();
  return () => news.removeEventListener("connection", told);
};

// Join a channel of the page's own as soon as there is a connection. Gives what leaves it again.
export const join = (channel, hear) => {
  const stop = onConnection((up) => {
    if (up && !connection.channels.has(channel)) connection.subscribe(channel, hear);
  });
  return () => {
    stop();
    connection?.unsubscribe(channel);
  };
};

export { take };

localise();
ask();
