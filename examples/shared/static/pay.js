// Pay by card: the number is typed into the gateway's own frame and never reaches this page or our server.
const form = document.getElementById("pay");
const button = document.getElementById("pay-button");
const error = document.getElementById("pay-error");
let started = null;

const post = async (path, body) => {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  return { status: response.status, ...(await response.json()) };
};

const complain = (text) => {
  error.textContent = text;
  error.hidden = false;
  busy(false);
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
    complain(answer.status === "pending" ? form.dataset.declined : form.dataset.checking);
  }
};

// A quote that lapsed is not offered any longer: the page shows the next one.
const until = document.getElementById("quote-until");
if (until) {
  const left = new Date(until.dateTime) - Date.now();
  setTimeout(() => document.getElementById("way-card")?.checked || location.reload(), Math.max(left, 0));
}

const returned = new URLSearchParams(location.search).get("payment_intent");
if (returned) {
  history.replaceState(null, "", location.pathname);
  await confirmed(returned);
}

const begin = async () => {
  started = await post(`/api/courses/${form.dataset.course}/payment/stripe`);
  if (!started.client_secret) {
    complain(started.others?.length ? form.dataset.instead : form.dataset.failed);
    return;
  }
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
      complain(reason(result.error));
    } else {
      await confirmed(result.paymentIntent.id);
    }
  });
};

// The gateway is asked once the payer chose the card, and not for everyone who only looks.
const card = document.getElementById("way-card");
if (card?.checked) await begin();
else card?.addEventListener("change", begin, { once: true });
