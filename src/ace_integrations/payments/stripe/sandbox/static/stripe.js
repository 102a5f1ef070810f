// A stand-in for Stripe.js: the same calls, against the sandbox. The card fields live in a frame of the sandbox.
(() => {
  const base = document.currentScript.src.replace(/\/(v3|endive)\/stripe\.js.*$/, "");
  const origin = new URL(base).origin;
  const intentOf = (secret) => String(secret).split("_secret_")[0];

  const ask = async (key, method, path, fields) => {
    const body = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== undefined));
    const headers = { authorization: `Bearer ${key}` };
    try {
      const query = method === "GET" ? `?${body}` : "";
      const answer = await fetch(`${base}${path}${query}`, { method, headers, body: method === "GET" ? undefined : body });
      return await answer.json();
    } catch {
      return { error: { type: "api_connection_error", message: "The sandbox does not answer." } };
    }
  };

  class Element {
    constructor(key, type, options) {
      this.key = key;
      this.type = type;
      this.options = options;
      this.calls = new Map();
      this.listeners = {};
      this.complete = false;
      this.number = 0;
      this.hear = (event) => this.take(event);
    }

    mount(place) {
      const target = typeof place === "string" ? document.querySelector(place) : place;
      if (!target) throw new Error(`Stripe: no element matches ${place}`);
      this.frame = document.createElement("iframe");
      this.frame.title = this.options.locale === "ar" ? "بيانات البطاقة" : "Card details";
      this.frame.src = `${base}/elements?${new URLSearchParams({ key: this.key, locale: this.options.locale || "en" })}`;
      Object.assign(this.frame.style, { width: "100%", height: "190px", border: "0", display: "block" });
      addEventListener("message", this.hear);
      target.replaceChildren(this.frame);
    }

    take(event) {
      if (event.origin !== origin || !this.frame || event.source !== this.frame.contentWindow) return;
      const message = event.data || {};
      if (message.sandbox !== "stripe") return;
      if (message.height) this.frame.style.height = `${message.height}px`;
      if (message.ready) this.fire("ready", {});
      if ("complete" in message) {
        this.complete = message.complete;
        this.fire("change", { elementType: this.type, complete: message.complete, empty: message.empty, error: undefined });
      }
      if (message.call && this.calls.has(message.call)) {
        this.calls.get(message.call)(message);
        this.calls.delete(message.call);
      }
    }

    createMethod(billing) {
      if (!this.frame) return Promise.resolve({ error: { type: "validation_error", message: "The element is not mounted." } });
      this.number += 1;
      const call = this.number;
      return new Promise((resolve) => {
        this.calls.set(call, resolve);
        this.frame.contentWindow.postMessage({ sandbox: "stripe", call, billing: billing && { ...billing, address: undefined } }, origin);
      });
    }

    on(name, handler) { (this.listeners[name] ||= []).push(handler); return this; }
    off(name, handler) { this.listeners[name] = (this.listeners[name] || []).filter((each) => each !== handler); return this; }
    fire(name, event) { for (const handler of this.listeners[name] || []) handler(event); }
    update() { return this; }
    focus() { if (this.frame) this.frame.contentWindow.postMessage({ sandbox: "stripe", focus: true }, origin); }
    unmount() { removeEventListener("message", this.hear); if (this.frame) this.frame.remove(); this.frame = undefined; }
    destroy() { this.unmount(); }
  }

  class Elements {
    constructor(key, options) {
      this.key = key;
      this.options = options || {};
      this.made = {};
    }

    create(type) {
      if (!["payment", "card"].includes(type)) throw new Error(`Stripe: the sandbox has no element ${type}`);
      this.made[type] = new Element(this.key, type, this.options);
      return this.made[type];
    }

    getElement(type) { return this.made[type] || null; }
    get any() { return this.made.payment || this.made.card; }
    async submit() { return this.any ? {} : { error: { type: "validation_error", message: "No element was made." } }; }
  }

  // 3-D Secure over the page, in a dialog that only its own answer closes.
  const authenticate = (url) => new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const frame = document.createElement("iframe");
    frame.title = "3-D Secure";
    frame.src = url;
    Object.assign(frame.style, { width: "min(640px, 90vw)", height: "min(560px, 80vh)", border: "0" });
    Object.assign(dialog.style, { padding: "0", border: "0", borderRadius: "14px" });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    const hear = (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow || !event.data || !event.data.authenticated) return;
      removeEventListener("message", hear);
      dialog.close();
      dialog.remove();
      resolve();
    };
    addEventListener("message", hear);
    dialog.append(frame);
    document.body.append(dialog);
    dialog.showModal();
  });

  class StripeStandIn {
    constructor(key, options) {
      if (!/^pk_test_/.test(key || "")) throw new Error("Stripe: the sandbox needs its publishable key, pk_test_…");
      this.key = key;
      this.locale = (options || {}).locale;
    }

    elements(options) { return new Elements(this.key, { locale: this.locale, ...options }); }

    async retrievePaymentIntent(clientSecret) {
      return this.result(await ask(this.key, "GET", `/v1/payment_intents/${intentOf(clientSecret)}`, { client_secret: clientSecret }));
    }

    async confirmCardPayment(clientSecret, data = {}) {
      const method = await this.method(data.payment_method);
      if (method.error) return { error: method.error };
      return this.confirm(clientSecret, { payment_method: method.id, use_stripe_sdk: "true" });
    }

    async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
      const secret = clientSecret || (elements && elements.options.clientSecret);
      const chosen = elements ? { card: elements.any, billing_details: (confirmParams.payment_method_data || {}).billing_details } : confirmParams.payment_method;
      const method = await this.method(chosen);
      if (method.error) return { error: method.error };
      const stays = redirect === "if_required";
      const result = await this.confirm(secret, { payment_method: method.id, return_url: confirmParams.return_url, use_stripe_sdk: stays ? "true" : undefined });
      if (result.error || stays) return result;
      const back = new URL(confirmParams.return_url);
      back.searchParams.set("payment_intent", result.paymentIntent.id);
      back.searchParams.set("payment_intent_client_secret", secret);
      back.searchParams.set("redirect_status", "succeeded");
      location.assign(back);
      return new Promise(() => {});
    }

    async handleNextAction({ clientSecret }) {
      const found = await this.retrievePaymentIntent(clientSecret);
      return found.error ? found : this.follow(clientSecret, found.paymentIntent);
    }

    async method(chosen) {
      if (typeof chosen === "string") return { id: chosen };
      if (!chosen || !chosen.card) return { id: undefined };
      return chosen.card.createMethod(chosen.billing_details);
    }

    async confirm(clientSecret, fields) {
      const answer = await ask(this.key, "POST", `/v1/payment_intents/${intentOf(clientSecret)}/confirm`, { client_secret: clientSecret, ...fields });
      return answer.error ? { error: answer.error } : this.follow(clientSecret, answer);
    }

    async follow(clientSecret, intent) {
      const action = intent.next_action;
      if (intent.status !== "requires_action" || !action) return { paymentIntent: intent };
      if (action.type === "redirect_to_url") {
        location.assign(action.redirect_to_url.url);
        return new Promise(() => {});
      }
      await authenticate(action.use_stripe_sdk.stripe_js);
      const found = await this.retrievePaymentIntent(clientSecret);
      if (found.error) return found;
      const failed = found.paymentIntent.status === "requires_payment_method" && found.paymentIntent.last_payment_error;
      return failed ? { error: { ...found.paymentIntent.last_payment_error, payment_intent: found.paymentIntent } } : found;
    }

    result(answer) { return answer.error ? { error: answer.error } : { paymentIntent: answer }; }
  }

  globalThis.Stripe = (key, options) => new StripeStandIn(key, options);
  globalThis.Stripe.version = "endive";
})();
