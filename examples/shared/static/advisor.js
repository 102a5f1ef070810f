// A talk with the advisor: the answer is shown as it comes, and told once to who listens. Without this file each form
// posts, and the whole answer comes with the next page.
import { token } from "./token.js";

const say = document.getElementById("newest");
const talk = document.getElementById("talk");
const heard = document.getElementById("heard");
const conversation = document.getElementById("conversation");
const words = document.getElementById("message");
const send = document.getElementById("send");

// Give the events of an answer: a name and its data each.
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(part);
      yield [name, JSON.parse(data)];
    }
  }
}

const bubble = (kind, text) => {
  const item = document.getElementById(kind).content.firstElementChild.cloneNode(true);
  item.querySelector(".prose").textContent = text;
  talk.hidden = false;
  talk.append(item);
  return item;
};

const failed = (message, why) => {
  const item = bubble("failed", message);
  item.querySelector(".why").textContent = why;
  item.querySelector("[name=message]").value = message;
  item.querySelector("[name=conversation]").value = conversation.value;
  heard.textContent = why;
};

// What a refusal says in the reader's language; a service that is down says it in the interface's own.
const why = ({ reason, error }) => (reason ? error : say.dataset.unavailable);

const listen = async (body, answer) => {
  const text = answer.querySelector(".prose");
  for await (const [name, data] of events(body)) {
    if (name === "text") text.textContent += data.text;
    if (name === "failed") return why(data);
    if (name === "done") {
      text.textContent = data.response;
      conversation.value = data.conversation_id;
      heard.textContent = `${say.dataset.said} ${data.response}`;
      return "";
    }
  }
  return say.dataset.broken;
};

// Give why there is no answer, "" where there is one.
const ask = async (message, answer) => {
  const response = await fetch("/api/ai-career/chat/stream", {
    method: "POST",
    headers: { "content-type": "application/json", ...token() },
    body: JSON.stringify({ message, conversation_id: Number(conversation.value) || null }),
  });
  if (response.ok) return listen(response.body, answer);
  if (response.status === 401) location.assign("/login");
  const told = await response.json();
  if (told.reason === "consent") location.reload();
  if (told.reason === "no_conversation") conversation.value = "";
  return why(told);
};

const busy = (on) => {
  send.disabled = on;
  talk.setAttribute("aria-busy", on);
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-talk]")) return;
  event.preventDefault();
  if (send.disabled) return;
  const message = (event.submitter?.name === "message" ? event.submitter : form.elements.message).value.trim();
  if (!message) return;
  busy(true);
  document.getElementById("starters")?.remove();
  document.querySelector("[data-reason]")?.remove();
  form.closest(".bubble")?.remove();
  if (form === say) words.value = "";
  heard.textContent = "";
  const own = bubble("own", message);
  const answer = bubble("answer", "");
  answer.classList.add("coming");
  answer.scrollIntoView({ block: "nearest" });
  const problem = await ask(message, answer).catch(() => say.dataset.broken);
  answer.classList.remove("coming");
  if (problem) {
    own.remove();
    answer.remove();
    failed(message, problem);
  }
  busy(false);
  words.focus();
});
