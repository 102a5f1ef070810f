// A stand-in for Agora's Web SDK: the same calls, errors and events, against a channel of the sandbox. Tracks are drawn.
(() => {
  const base = document.currentScript.src.replace(/\/AgoraRTC_N.*\.js.*$/, "");
  const CHANNEL = /^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/;

  class AgoraRTCError extends Error {
    constructor(code, message, data) {
      super(`AgoraRTCError ${code}: ${message}`);
      Object.assign(this, { name: "AgoraRTCException", code, data });
    }
  }

  class Emitter {
    constructor() { this.listeners = new Map(); }
    on(name, listener) { this.listeners.set(name, [...(this.listeners.get(name) || []), listener]); }
    once(name, listener) {
      const only = (...told) => { this.off(name, only); listener(...told); };
      this.on(name, only);
    }
    off(name, listener) { this.listeners.set(name, (this.listeners.get(name) || []).filter((one) => one !== listener)); }
    removeAllListeners(name) { name ? this.listeners.delete(name) : this.listeners.clear(); }
    emit(name, ...told) { for (const listener of [...(this.listeners.get(name) || [])]) listener(...told); }
  }

  // A coloured picture with the name of who sends it.
  class Track extends Emitter {
    constructor(kind, label) {
      super();
      Object.assign(this, { trackMediaType: kind, label, enabled: true, muted: false, isPlaying: false });
    }
    play(place) {
      this.isPlaying = true;
      if (this.trackMediaType === "audio") return;
      const target = typeof place === "string" ? document.getElementById(place) : place;
      this.canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
      const pen = this.canvas.getContext("2d");
      pen.fillStyle = `hsl(${[...String(this.label)].reduce((sum, sign) => sum + sign.charCodeAt(0) * 37, 0) % 360} 55% 40%)`;
      pen.fillRect(0, 0, 320, 180);
      pen.fillStyle = "#fff";
      pen.font = "24px sans-serif";
      pen.fillText(String(this.label), 16, 96);
      target.replaceChildren(this.canvas);
    }
    stop() { this.isPlaying = false; this.canvas?.remove(); }
    close() { this.stop(); }
    async setEnabled(on) { this.enabled = on; }
    async setMuted(on) { this.muted = on; }
  }

  // The twin answers its own pages only, so a frame of it asks on this page's behalf.
  const twin = new URL(base).origin;
  const waiting = new Map();
  let asked = 0;
  let door;

  const opened = () =>
    (door ??= new Promise((resolve) => {
      const frame = Object.assign(document.createElement("iframe"), { src: `${base}/door`, title: "Agora", hidden: true });
      frame.addEventListener("load", () => resolve(frame.contentWindow));
      document.body.append(frame);
    }));

  addEventListener("message", ({ origin, data }) => {
    if (origin !== twin || data?.sandbox !== "agora") return;
    waiting.get(data.id)?.(data.answer);
    waiting.delete(data.id);
  });

  const post = async (path, body) => {
    const place = await opened();
    const id = (asked += 1);
    const answered = new Promise((resolve) => waiting.set(id, resolve));
    place.postMessage({ sandbox: "agora", id, path, body }, twin);
    return answered;
  };

  const refused = ({ code, text }) =>
    new AgoraRTCError("CAN_NOT_GET_GATEWAY_SERVER", `flag: 4096, message: AgoraRTCError CAN_NOT_GET_GATEWAY_SERVER: ${text}`, {
      retry: false, desc: [text], csIp: "127.0.0.1", code,
    });

  class Client extends Emitter {
    constructor({ mode, codec }) {
      super();
      Object.assign(this, { mode, codec, role: mode === "rtc" ? "host" : "audience", connectionState: "DISCONNECTED", remoteUsers: [], localTracks: [] });
    }

    async setClientRole(role) {
      if (this.mode !== "live") throw new AgoraRTCError("INVALID_OPERATION", "only in live mode");
      if (role === "audience" && this.localTracks.length) {
        throw new AgoraRTCError("INVALID_OPERATION", "Client can not set client role to audience when publishing stream");
      }
      if (this.client) {
        const told = await post("role", { client: this.client, channel: this.channelName, role });
        if (told.error) throw new AgoraRTCError("INVALID_OPERATION", told.error.text);
      }
      this.role = role;
    }

    async join(appid, channel, token, uid) {
      if (this.connectionState !== "DISCONNECTED") throw new AgoraRTCError("INVALID_OPERATION", "already connecting or connected");
      if (typeof appid !== "string" || !appid) throw new AgoraRTCError("INVALID_PARAMS", `Invalid appid: ${appid}`);
      if (typeof channel !== "string" || !CHANNEL.test(channel)) throw new AgoraRTCError("INVALID_PARAMS", `Invalid channel: ${channel}`);
      if (token !== null && (typeof token !== "string" || !token || token.length > 2047)) {
        throw new AgoraRTCError("INVALID_PARAMS", `Invalid token: ${token}. If you don not use token, set it to null`);
      }
      const isNumber = Number.isInteger(uid) && uid >= 0 && uid < 2 ** 32;
      const isAccount = typeof uid === "string" && /^[\x20-\x7e]{1,255}$/.test(uid);
      if (uid !== null && uid !== undefined && !isNumber && !isAccount) throw new AgoraRTCError("INVALID_PARAMS", `Invalid uid: ${uid}`);
      this.move("CONNECTING");
      const told = await post("join", { appid, channel, token, uid: uid ?? null, role: this.role, mode: this.mode });
      if (told.error) { this.move("DISCONNECTED", "SERVER_ERROR"); throw refused(told.error); }
      Object.assign(this, { client: told.client, channelName: channel, uid: uid || told.uid });
      this.move("CONNECTED");
      this.listen();
      return this.uid;
    }

    move(cur, reason) {
      const prev = this.connectionState;
      this.connectionState = cur;
      this.emit("connection-state-change", cur, prev, reason);
    }

    async listen() {
      while (this.client) {
        const { events } = await post(`events?client=${this.client}`);
        if (!events) { await new Promise((resolve) => setTimeout(resolve, 500)); continue; }
        for (const { event, payload } of events) this.take(event, payload);
      }
    }

    user(uid) {
      let found = this.remoteUsers.find((one) => String(one.uid) === String(uid));
      if (!found) this.remoteUsers.push((found = { uid, hasAudio: false, hasVideo: false }));
      return found;
    }

    take(event, payload) {
      if (event === "connection-state-change") {
        this.client = undefined;
        this.move("DISCONNECTED", payload.reason);
      } else if (event === "user-left") {
        const user = this.user(payload.uid);
        this.remoteUsers = this.remoteUsers.filter((one) => one !== user);
        this.emit("user-left", user, payload.reason);
      } else if (event === "user-published") {
        const user = Object.assign(this.user(payload.uid), { hasVideo: true, hasAudio: true });
        for (const kind of ["audio", "video"]) this.emit("user-published", user, kind);
      } else if (event === "user-unpublished") {
        const user = Object.assign(this.user(payload.uid), { hasVideo: false, hasAudio: false });
        for (const kind of ["audio", "video"]) this.emit("user-unpublished", user, kind);
      } else if (payload.uid !== undefined) {
        this.emit(event, this.user(payload.uid));
      } else {
        this.emit(event);
      }
    }

    async publish(tracks) {
      if (this.role !== "host") throw new AgoraRTCError("INVALID_OPERATION", "audience can not publish stream");
      const told = await post("publish", { client: this.client, channel: this.channelName });
      if (told.error) throw new AgoraRTCError("INVALID_OPERATION", told.error.text);
      this.localTracks.push(...[tracks].flat());
    }

    async subscribe(user, kind) {
      const track = new Track(kind, user.uid);
      user[`${kind}Track`] = track;
      return track;
    }

    async unpublish() {
      this.localTracks = [];
      await post("unpublish", { client: this.client, channel: this.channelName });
    }

    async renewToken(token) {
      const told = await post("renew", { client: this.client, channel: this.channelName, token });
      if (told.error) throw refused(told.error);
    }

    async leave() {
      if (!this.client) return;
      const { client } = this;
      this.client = undefined;
      await post("leave", { client, channel: this.channelName });
      this.remoteUsers = [];
      this.move("DISCONNECTED", "LEAVE");
    }
  }

  window.AgoraRTC = {
    VERSION: "4.24.8",
    __clients: [],
    createClient(options) { const made = new Client(options); this.__clients.push(made); return made; },
    createMicrophoneAudioTrack: async () => new Track("audio", "microphone"),
    createCameraVideoTrack: async () => new Track("video", "camera"),
    createScreenVideoTrack: async () => new Track("video", "screen"),
    createMicrophoneAndCameraTracks: async () => [new Track("audio", "microphone"), new Track("video", "camera")],
    getDevices: async () => [],
    checkSystemRequirements: () => true,
    setLogLevel() {},
    onAutoplayFailed: undefined,
  };
})();
