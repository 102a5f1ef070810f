// A listener on live messages: the protocol of Pusher Channels (version 7) as far as the platform's pages speak it. It
// connects again by itself; what was told meanwhile is lost, so whoever listens asks the platform after each `up`.
import { token } from "./token.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const PONG_WITHIN_MS = 30_000;

// What is told about the channel itself, in one spelling for every kind of it.
const INTERNAL = "pusher_internal:";

const address = ({ key, cluster, wsHost, wsPort, wssPort, forceTLS = true, wsPath = "" }) => {
  const [scheme, port] = forceTLS ? ["wss", wssPort] : ["ws", wsPort];
  const host = wsHost ?? `ws-${cluster}.pusher.com`;
  return `${scheme}://${host}${port ? `:${port}` : ""}${wsPath}/app/${key}?protocol=7&client=platform-js&version=1`;
};

const inside = (data) => (typeof data === "string" && data !== "" ? JSON.parse(data) : data ?? {});

export class Realtime {
  // `state` is told "up" and "down", and "off" when the service wants nothing of this page any more.
  constructor(config, { state, authorise = "/broadcasting/auth" }) {
    this.address = address(config);
    this.state = state;
    this.authorise = authorise;
    this.channels = new Map();
    this.wait = FIRST_WAIT_MS;
    this.connect();
    addEventListener("online", () => this.soon(0));
    addEventListener("pagehide", () => this.stop());
    // A page that comes back from the browser's own store begins anew.
    addEventListener("pageshow", ({ persisted }) => persisted && this.connect());
  }

  // Each event of the channel comes to `hear`; who may not listen hears "denied".
  subscribe(channel, hear) {
    this.channels.set(channel, hear);
    if (this.id) this.ask(channel);
  }

  unsubscribe(channel) {
    if (this.channels.delete(channel) && this.id) this.say("pusher:unsubscribe", { channel });
  }

  connect() {
    this.stop();
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => this.socket === socket && this.hear(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.socket === socket && this.closed(code));
  }

  stop() {
    const { socket } = this;
    clearTimeout(this.timer);
    this.socket = this.id = undefined;
    socket?.close();
  }

  // Below 4100 nothing gets better by itself, from 4200 on the service asks to come back at once.
  closed(code) {
    this.stop();
    if (code >= 4000 && code < 4100) {
      this.state("off");
      return;
    }
    this.state("down");
    this.soon(code >= 4200 && code < 4300 ? 0 : this.wait * (0.5 + Math.random()));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  soon(delay) {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), delay);
  }

  hear({ event, channel, data }) {
    this.watch();
    if (event === "pusher:connection_established") this.established(inside(data));
    else if (event === "pusher:ping") this.say("pusher:pong", {});
    else if (event === "pusher:subscription_error") this.channels.get(channel)?.("denied", {});
    else if (channel) this.channels.get(channel)?.(event.replace(INTERNAL, ""), inside(data));
  }

  established({ socket_id: id, activity_timeout: seconds }) {
    this.id = id;
    this.silence = (seconds || 120) * 1000;
    this.wait = FIRST_WAIT_MS;
    this.watch();
    this.state("up");
    for (const channel of this.channels.keys()) this.ask(channel);
  }

  // A connection can die without a word: after a silence it is asked, and without an answer it is given up.
  watch() {
    clearTimeout(this.timer);
    if (!this.silence) return;
    this.timer = setTimeout(() => {
      this.say("pusher:ping", {});
      this.timer = setTimeout(() => this.closed(), PONG_WITHIN_MS);
    }, this.silence);
  }

  async ask(channel) {
    const { id } = this;
    const body = new URLSearchParams({ socket_id: id, channel_name: channel });
    const answer = await fetch(this.authorise, { method: "POST", headers: token(), body }).catch(() => undefined);
    if (id !== this.id || !this.channels.has(channel)) return;
    if (answer?.ok) this.say("pusher:subscribe", { channel, ...(await answer.json()) });
    else if (answer) this.channels.get(channel)("denied", {});
    // The platform could not be reached: the connection is as good as none.
    else this.closed();
  }

  say(event, data) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ event, data }));
  }
}
