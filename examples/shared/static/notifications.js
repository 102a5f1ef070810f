// What is told to a signed-in user while a page is open: by the live connection, and while that is down by asking. Each
// event is a toast once, whichever way and however often it comes.
import { Realtime } from "./realtime.js";

const POLLS_MS = 15_000;
const MOST_SEEN = 200;
const MOST_TOASTS = 3;
const SEEN = "told";

const place = document.getElementById("toasts");
let since = Number(place.dataset.since);
let connection;
let isUp = false;
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

const toast = (name, data) => {
  const made = template(name, data.status)?.content.firstElementChild.cloneNode(true);
  if (!made) return;
  const link = made.querySelector("a");
  link.href = link.dataset.href.replace(/{(\w+)}/g, (_, field) => encodeURIComponent(data[field]));
  // Who is there already need not be told.
  if (link.pathname === location.pathname) return;
  for (const field of made.querySelectorAll("[data-field]")) field.textContent = data[field.dataset.field];
  made.querySelector(".close").addEventListener("click", () => made.remove());
  place.append(made);
  while (place.children.length > MOST_TOASTS) place.firstElementChild.remove();
};

const take = (name, data) => {
  if (!data.event_id || !isNew(data.event_id)) return;
  tell("event", { name, data });
  toast(name, data);
};

// A page without a connection asks again and again; one that has just got its own asks once for what it missed.
const ask = async () => {
  clearTimeout(next);
  const answer = await fetch(`/api/live/news?since=${since}`).catch(() => undefined);
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
  for (const channel of channels) if (!connection.channels.has(channel)) connection.subscribe(channel, take);
};

const changed = (state) => {
  isUp = state === "up";
  tell("connection", { isUp });
  ask();
};

// Give what joins a channel of a page's own, once there is a connection, and what leaves it again.
export const join = (channel, hear) => {
  const on = () => {
    if (isUp && connection && !connection.channels.has(channel)) connection.subscribe(channel, hear);
  };
  news.addEventListener("connection", on);
  on();
  return () => {
    news.removeEventListener("connection", on);
    connection?.unsubscribe(channel);
  };
};

export { isUp, take };

const moment = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-nu-latn`, {
  weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short",
});
for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = moment.format(new Date(time.dateTime));
  time.removeAttribute("dir");
}

ask();
