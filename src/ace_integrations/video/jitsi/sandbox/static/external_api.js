// A stand-in for Jitsi's external_api.js: the same class, options, commands and events, against a room of the sandbox.
(() => {
  const script = new URL(document.currentScript.src);
  const base = script.href.replace(/\/(?:vpaas-[^/]+\/)?external_api\.js.*$/, "");

  const COMMANDS = (
    "addBreakoutRoom answerKnockingParticipant approveVideo askToUnmute autoAssignToBreakoutRooms avatarUrl cancelPrivateChat " +
    "closeBreakoutRoom displayName email endConference grantModerator grantRecordingConsent hangup hideNotification hidePiP " +
    "initiatePrivateChat joinBreakoutRoom kickParticipant localSubject muteEveryone muteRemoteParticipant overwriteConfig " +
    "overwriteNames password pinParticipant rejectParticipant removeBreakoutRoom resizeFilmStrip resizeLargeVideo " +
    "sendCameraFacingMode sendChatMessage sendEndpointTextMessage sendParticipantToRoom sendTones setAssumedBandwidthBps " +
    "setBlurredBackground setFollowMe setLargeVideoParticipant setLowBandwidthMode setMediaEncryptionKey setMeetingTimer " +
    "setNoiseSuppressionEnabled setParticipantProperties setParticipantVolume setSecondScreen setSubtitles setTileView " +
    "setVideoQuality setVirtualBackground showNotification showPiP startRecording startShareVideo stopRecording stopShareVideo " +
    "subject submitFeedback toggleAudio toggleCamera toggleCameraMirror toggleChat toggleE2EE toggleFilmStrip toggleLobby " +
    "toggleModeration toggleNoiseSuppression toggleParticipantsPane toggleRaiseHand toggleShareScreen toggleSubtitles " +
    "toggleTileView toggleVideo toggleVirtualBackgroundDialog toggleWhiteboard"
  ).split(" ");

  const EVENTS = (
    "audioAvailabilityChanged audioMuteStatusChanged audioOrVideoSharingToggled avatarChanged breakoutRoomsUpdated browserSupport " +
    "cameraError chatUpdated computePressureChanged conferenceCreatedTimestamp contentSharingParticipantsChanged " +
    "customNotificationActionTriggered dataChannelClosed dataChannelOpened deviceListChanged displayNameChange " +
    "dominantSpeakerChanged emailChange endpointTextMessageReceived errorOccurred externalShareSignal faceLandmarkDetected " +
    "feedbackPromptDisplayed feedbackSubmitted fileDeleted fileUploaded filmstripDisplayChanged incomingMessage " +
    "knockingParticipant log lowBandwidthModeChanged micError moderationParticipantApproved moderationParticipantRejected " +
    "moderationStatusChanged mouseEnter mouseLeave mouseMove nonParticipantMessageReceived notificationTriggered outgoingMessage " +
    "p2pStatusChanged participantJoined participantKickedOut participantLeft participantMenuButtonClick participantMuted " +
    "participantRoleChanged participantsPaneToggled passwordRequired peerConnectionFailure pipEntered pipLeft " +
    "prejoinScreenLoaded proxyConnectionEvent raiseHandUpdated ready readyToClose recordingConsentDialogOpen " +
    "recordingLinkAvailable recordingStatusChanged screenSharingStatusChanged secondScreenClosed secondScreenError " +
    "secondScreenSourceChanged subjectChange suspendDetected tileViewChanged toolbarButtonClicked toolbarVisibilityChanged " +
    "transcribingStatusChanged transcriptionChunkReceived videoAvailabilityChanged videoConferenceJoined videoConferenceLeft " +
    "videoMuteStatusChanged videoQualityChanged whiteboardStatusChanged"
  ).split(" ");

  let frames = 0;

  const size = (value) => (typeof value === "number" ? `${value}px` : /^\d+(\.\d+)?(px|em|pt|%|d?v[hw])$/.test(value) ? value : "100%");

  // The real one hands over every option in the fragment, as JSON.
  const fragment = (id, options) => {
    const parts = [`jitsi_meet_external_api_id=${id}`];
    const add = (name, value) => value !== undefined && parts.push(`${name}=${encodeURIComponent(JSON.stringify(value))}`);
    const spread = (prefix, values) => Object.entries(values || {}).forEach(([name, value]) => add(`${prefix}.${name}`, value));
    add("jwt", options.jwt);
    spread("config", options.configOverwrite);
    spread("interfaceConfig", options.interfaceConfigOverwrite);
    spread("devices", options.devices);
    spread("userInfo", options.userInfo);
    parts.push(`sandbox.parent=${encodeURIComponent(location.origin)}`);
    return parts.join("&");
  };

  class JitsiMeetExternalAPI {
    constructor(domain, options = {}) {
      this._id = frames;
      frames += 1;
      this._listeners = new Map();
      this._people = new Map();
      this._muted = false;
      const { roomName = "", width = "100%", height = "100%", parentNode = document.body, jwt, lang, onload } = options;
      const query = new URLSearchParams({ ...(jwt && { jwt }), ...(lang && { lang }) });
      this._room = roomName.split("/").pop();
      this._frame = document.createElement("iframe");
      Object.assign(this._frame, {
        id: `jitsiConferenceFrame${this._id}`,
        name: `jitsiConferenceFrame${this._id}`,
        allow: "autoplay; camera; clipboard-write; compute-pressure; display-capture; fullscreen; microphone; screen-wake-lock; speaker-selection",
        src: `${base}/rooms/${encodeURIComponent(this._room)}?${query}#${fragment(this._id, options)}`,
        title: "Jitsi",
      });
      Object.assign(this._frame.style, { width: size(width), height: size(height), border: "0" });
      if (onload) this._frame.addEventListener("load", onload);
      this._hear = (event) => this._heard(event);
      addEventListener("message", this._hear);
      parentNode.appendChild(this._frame);
    }

    _heard({ origin, source, data }) {
      if (origin !== script.origin || source !== this._frame.contentWindow || !data || data.sandbox !== "jitsi") return;
      const { event, payload } = data;
      if (event === "videoConferenceJoined") { this._me = payload.id; this._people.set(payload.id, payload); }
      if (event === "participantJoined") this._people.set(payload.id, payload);
      if (event === "participantLeft") this._people.delete(payload.id);
      if (event === "audioMuteStatusChanged") this._muted = payload.muted;
      if (event === "participantRoleChanged" && this._people.has(payload.id)) this._people.get(payload.id).role = payload.role;
      this._fire(event, payload);
    }

    _fire(name, payload) {
      for (const listener of [...(this._listeners.get(name) || [])]) listener(payload);
    }

    on(name, listener) { this._listeners.set(name, [...(this._listeners.get(name) || []), listener]); return this; }
    once(name, listener) {
      const only = (payload) => { this.removeListener(name, only); listener(payload); };
      return this.on(name, only);
    }
    addListener(name, listener) { return this.on(name, listener); }
    addEventListener(name, listener) { this.on(name, listener); }
    addEventListeners(listeners) { Object.entries(listeners).forEach(([name, listener]) => this.on(name, listener)); }
    removeListener(name, listener) {
      this._listeners.set(name, (this._listeners.get(name) || []).filter((one) => one !== listener));
      return this;
    }
    removeEventListener(name) { this._listeners.delete(name); }
    removeEventListeners(names) { names.forEach((name) => this._listeners.delete(name)); }

    executeCommand(name, ...args) {
      if (!COMMANDS.includes(name)) { console.error("Not supported command name."); return; }
      this._frame.contentWindow.postMessage({ sandbox: "jitsi", command: name, args }, script.origin);
    }
    // As the real one does: the array goes over as one argument.
    executeCommands(commands) { Object.entries(commands).forEach(([name, args]) => this.executeCommand(name, args)); }

    dispose() {
      this._fire("_willDispose");
      removeEventListener("message", this._hear);
      this._listeners.clear();
      this._frame.remove();
    }

    getIFrame() { return this._frame; }
    getNumberOfParticipants() { return this._people.size; }
    getParticipantsInfo() { return [...this._people].map(([participantId, one]) => ({ participantId, ...one })); }
    getDisplayName(id) { return this._people.get(id)?.displayName; }
    getEmail(id) { return this._people.get(id)?.email; }
    getAvatarURL(id) { return this._people.get(id)?.avatarURL; }
    getSupportedCommands() { return [...COMMANDS]; }
    getSupportedEvents() { return [...EVENTS]; }
    getRoomsInfo() {
      const participants = [...this._people].map(([id, { displayName, role, userContext }]) => ({ id, jid: id, displayName, role, userContext }));
      return Promise.resolve({ rooms: [{ isMainRoom: true, id: this._room, jid: this._room, participants }] });
    }
    isAudioMuted() { return Promise.resolve(this._muted); }
    isVideoMuted() { return Promise.resolve(false); }
    isAudioAvailable() { return Promise.resolve(true); }
    isVideoAvailable() { return Promise.resolve(true); }
    isSharingScreen() { return Promise.resolve(false); }
  }

  window.JitsiMeetExternalAPI = JitsiMeetExternalAPI;
})();
