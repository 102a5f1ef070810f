// Pay by card: the number is typed into the gateway's own frame and never reaches this page or our server.
import { token } from "./token.js";

const form = document.getElementById("pay");
const button = document.getElementById("pay-button");
const error = document.getElementById("pay-error");
let beginning = null;

// A network that fails leaves open what the server did: the answer is empty then.
const post = async (path, body) => {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...token() },
      body: JSON.stringify(body ?? {}),
    });
    return { status: response.status, ...(await response.json()) };
  } catch {
    return {};
  }
};

const complain = (text) => {
  error.textContent = text;
  error.hidden = false;
};

// What the payer can mend, in the gateway's words; the rest says what it means for the money.
const reason = ({ type, code, message }) => {
  if (code === "card_declined") return form.dataset.declined;
  return type === "card_error" || type === "validation_error" ? message : form.dataset.failed;
};

const busy = (on) => {
  button.disabled = on;
  button.toggleAttribute("aria-busy", on);
};

const confirmed = async (intent) => {
  const answer = await post("/api/payment/confirm", { payment_intent_id: intent });
  if (answer.success) {
    location.reload();
  } else {
    busy(false);
    complain(answer.status === "pending" ? form.dataset.declined : form.dataset.checking);
  }
};

// A quote that lapsed is not offered any longer: the page shows the next one. How long it holds is the server's word,
// since a clock here that is fast would reload the page for ever.
const until = document.getElementById("quote-until");
if (until) {
  const clock = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-nu-latn`, { timeStyle: "short" });
  until.textContent = clock.format(new Date(until.dateTime));
  until.removeAttribute("dir");
  setTimeout(() => document.getElementById("way-card")?.checked || location.reload(), until.dataset.holds * 1000);
}

const returned = new URLSearchParams(location.search).get("payment_intent");
if (returned) {
  history.replaceState(null, "", location.pathname);
  await confirmed(returned);
}

// What it means for the money that a payment could not be started.
const obstacle = ({ status, others }) => {
  if (status === 409) return form.dataset.checking;
  return others?.length ? form.dataset.instead : form.dataset.failed;
};

const begin = async () => {
  const started = await post(`/api/courses/${form.dataset.course}/payment/stripe`);
  if (!started.client_secret) {
    complain(obstacle(started));
    beginning = null;
    return;
  }
  error.hidden = true;
  const stripe = Stripe(started.publishable_key);
  const elements = stripe.elements({ clientSecret: started.client_secret, locale: document.documentElement.lang });
  elements.create("payment").mount("#card");
  busy(false);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    busy(true);
    error.hidden = true;
    const result = await stripe.confirmPayment({
      elements,
      clientSecret: started.client_secret,
      confirmParams: { return_url: location.origin + location.pathname },
      redirect: "if_required",
    });
    if (result.error) {
      busy(false);
      complain(reason(result.error));
    } else {
      await confirmed(result.paymentIntent.id);
    }
  });
};

// The gateway is asked once the payer chose the card, and not for everyone who only looks.
const card = document.getElementById("way-card");
const choose = () => { beginning ??= begin(); };
card?.addEventListener("change", choose);
if (card?.checked) choose();
