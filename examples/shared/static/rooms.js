// The room of each kind of grant: the provider's own page in a frame, its script with a page drawn here, or a link. Each
// gives what can be done with it; `over` is called once when it is not open any more, whoever closed it.
const LOADS_WITHIN_MS = 20_000;
const ENDS_WITHIN_MS = 5000;

// Load a provider's script once; one that failed is asked for anew.
const scripts = new Map();
const load = (address) => {
  const loading = scripts.get(address) ?? new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    const late = setTimeout(() => script.dispatchEvent(new Event("error")), LOADS_WITHIN_MS);
    script.addEventListener("load", () => { clearTimeout(late); resolve(); });
    script.addEventListener("error", () => {
      clearTimeout(late);
      scripts.delete(address);
      script.remove();
      reject(new Error("the room's script could not be loaded"));
    });
    document.head.append(script);
  });
  scripts.set(address, loading);
  return loading;
};

const once = (act) => {
  let done = false;
  return (...given) => {
    if (done) return;
    done = true;
    act(...given);
  };
};

const iframe = async ({ script_url: address, options: { domain, ...options } }, { stage, over }) => {
  await load(address);
  const room = new JitsiMeetExternalAPI(domain, { ...options, parentNode: stage });
  let isOpen = true;
  const close = once((why) => {
    isOpen = false;
    room.dispose();
    over(why);
  });
  // A frame that is gone takes no command.
  const command = (name) => isOpen && room.executeCommand(name);
  // Somebody without a moderator waits inside the frame; everything else that is told here has ended the call.
  room.addListener("errorOccurred", ({ error }) => error.isFatal === false || close("failed"));
  // Not `videoConferenceLeft`: that also comes as somebody goes to a room beside this one.
  room.addListener("readyToClose", () => close("left"));
  return {
    joined: new Promise((resolve) => { room.addListener("videoConferenceJoined", resolve); }),
    leave: () => { command("hangup"); close("left"); },
    // Where the provider's server cannot put everybody out, the moderator's page does; the frame must live to do it.
    endForAll: () => {
      command("endConference");
      setTimeout(() => close("left"), ENDS_WITHIN_MS);
    },
    renew: async () => {},
  };
};

const sdk = async ({ script_url: address, options }, { stage, over, nameOf, devices }) => {
  await load(address);
  const client = AgoraRTC.createClient({ mode: options.mode, codec: options.codec });
  const tracks = {};
  const tiles = new Map();
  const close = once((why) => {
    for (const track of Object.values(tracks)) track.close();
    stage.replaceChildren();
    over(why);
  });
  const tile = (uid) => {
    if (!tiles.has(uid)) {
      const made = Object.assign(document.createElement("figure"), { className: "tile-video" });
      made.append(document.createElement("div"), document.createElement("figcaption"));
      made.lastElementChild.append(Object.assign(document.createElement("bdi"), { textContent: nameOf(String(uid)) }));
      stage.append(made);
      tiles.set(uid, made);
    }
    return tiles.get(uid).firstElementChild;
  };
  client.on("user-published", async (user, kind) => {
    await client.subscribe(user, kind);
    if (kind === "video") user.videoTrack.play(tile(user.uid));
    else user.audioTrack.play();
  });
  client.on("user-left", ({ uid }) => { tiles.get(uid)?.remove(); tiles.delete(uid); });
  client.on("connection-state-change", (state) => state === "DISCONNECTED" && close("left"));
  const publish = async () => {
    const made = await Promise.allSettled([AgoraRTC.createMicrophoneAudioTrack(), AgoraRTC.createCameraVideoTrack()]);
    [tracks.microphone, tracks.camera] = made.map(({ value }) => value);
    for (const name of Object.keys(tracks)) if (!tracks[name]) delete tracks[name];
    const found = Object.values(tracks);
    if (found.length) await client.publish(found);
    tracks.camera?.play(tile(options.uid));
    devices(tracks);
  };
  await client.setClientRole(options.role);
  await client.join(options.app_id, options.channel, options.token, options.uid);
  if (options.role === "host") await publish();
  const leave = async () => { await client.leave(); close("left"); };
  return {
    joined: Promise.resolve(),
    leave,
    // The provider's server has put everybody out.
    endForAll: leave,
    renew: (grant) => client.renewToken(grant.options.token),
    // The provider warns some seconds before a token ends.
    onDue: (act) => client.on("token-privilege-will-expire", act),
  };
};

// What happens in another tab, nobody tells here.
const link = async ({ options: { url } }, { over, linked }) => {
  linked(url);
  const leave = () => over("left");
  return { joined: new Promise(() => {}), leave, endForAll: leave, renew: async () => {} };
};

const KINDS = { iframe, sdk, link };

// Open the room of a grant; `joined` is kept as soon as its user is in.
export const open = (grant, page) => KINDS[grant.kind](grant, page);
