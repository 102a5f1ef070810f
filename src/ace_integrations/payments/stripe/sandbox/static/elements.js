// Inside the frame: holds the card number, gives the platform's page a payment method's id and nothing else.
(() => {
  const form = document.getElementById("card");
  const problem = document.getElementById("problem");
  const base = document.currentScript.src.replace(/\/elements\.js.*$/, "");
  const settings = new URLSearchParams(location.search);
  const value = (name) => form.elements[name].value.trim();
  const tell = (message) => parent.postMessage({ sandbox: "stripe", ...message }, "*");

  const read = () => {
    const number = value("number").replace(/[ -]/g, "");
    const [month, year] = value("expiry").split("/").map((part) => part.trim());
    const wrong = { number: !/^\d{12,19}$/.test(number), expiry: !/^\d{1,2}$/.test(month) || !/^\d{2,4}$/.test(year || ""), cvc: !/^\d{3,4}$/.test(value("cvc")) };
    return { number, month, year, wrong, complete: !Object.values(wrong).includes(true) };
  };

  const show = (wrong, message) => {
    problem.textContent = message;
    for (const name of ["number", "expiry", "cvc"]) form.elements[name].setAttribute("aria-invalid", String(Boolean(wrong[name])));
    const first = Object.keys(wrong).find((name) => wrong[name]);
    if (first) form.elements[first].focus();
    tell({ height: document.documentElement.scrollHeight });
  };

  const createMethod = async (billing) => {
    const card = read();
    if (!card.complete) {
      show(card.wrong, problem.dataset.incomplete);
      return { error: { type: "validation_error", code: "incomplete_card", message: problem.dataset.incomplete } };
    }
    const body = new URLSearchParams({ type: "card", "card[number]": card.number, "card[exp_month]": card.month, "card[exp_year]": card.year, "card[cvc]": value("cvc") });
    for (const name of ["name", "email", "phone"]) if (billing && billing[name]) body.set(`billing_details[${name}]`, billing[name]);
    const answer = await fetch(`${base}/v1/payment_methods`, { method: "POST", headers: { authorization: `Bearer ${settings.get("key")}` }, body });
    const made = await answer.json();
    show(made.error ? { number: true } : {}, made.error ? made.error.message : "");
    return made.error ? { error: made.error } : { id: made.id };
  };

  addEventListener("message", async (event) => {
    if (event.source !== parent || !event.data || event.data.sandbox !== "stripe") return;
    const { call, billing, focus } = event.data;
    if (focus) form.elements.number.focus();
    if (call) tell({ call, ...(await createMethod(billing)) });
  });
  form.addEventListener("input", () => tell({ complete: read().complete, empty: !value("number") }));
  form.addEventListener("submit", (event) => event.preventDefault());
  tell({ ready: true, height: document.documentElement.scrollHeight });
})();
