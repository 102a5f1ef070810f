// Asks the twin for the page around this frame, and says goodbye for it when it goes.
const inside = new Map();

const ask = async (path, body) => {
  const how = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`sandbox/${path}`, how);
  return answer.status === 204 ? {} : answer.json();
};

addEventListener("message", async ({ origin, source, data }) => {
  if (source !== window.parent || data?.sandbox !== "agora") return;
  const answer = await ask(data.path, data.body).catch(() => ({}));
  if (data.path === "join" && answer.client) inside.set(answer.client, data.body.channel);
  if (data.path === "leave") inside.delete(data.body.client);
  source.postMessage({ sandbox: "agora", id: data.id, answer }, origin);
});

addEventListener("pagehide", () => {
  for (const [client, channel] of inside) {
    navigator.sendBeacon("sandbox/leave", new Blob([JSON.stringify({ client, channel })], { type: "application/json" }));
  }
});
