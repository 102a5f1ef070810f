// Tells the page that opened this one what the buyer decided; the message is a hint, never a proof.
const { listener, token, approved, payer } = document.currentScript.dataset;
const waiting = window.opener || (window.parent !== window ? window.parent : null);
if (waiting) {
  const payerId = approved ? payer : undefined;
  waiting.postMessage({ sandbox: "paypal", token, approved: Boolean(approved), payerId }, listener);
  setTimeout(() => window.close(), 100);
}
