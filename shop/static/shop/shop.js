/* What pages can do with JavaScript: forms sent by htmx, focus that stays, a clock that runs. Each form works without
   it too, so nothing here decides anything. */
(() => {
  "use strict";
  const WARNING = 120; // seconds before a hold ends

  /* A whole page in answer to a form (not found, too old, logged out) is shown as one. */
  const isPage = (xhr) => /^\s*<!doctype/i.test(xhr.responseText);
  const showPages = ({ detail }) => {
    if (!isPage(detail.xhr)) return;
    detail.target = document.body;
    detail.swapOverride = "innerHTML";
  };

  /* The focus stays where a button was pressed: on the same button of the new partial, else on undo, else the heading. */
  const focusAgain = ({ detail }) => {
    const lost = !document.activeElement || document.activeElement === document.body;
    // Of the answer that has just been swapped in: another form may have been sent meanwhile.
    const wanted = detail.requestConfig?.elt.getAttribute("action");
    if (!lost || !wanted) return;
    const button = document.querySelector(`main form[action="${CSS.escape(wanted)}"] [type="submit"]`)
      || document.querySelector("#messages button") || document.getElementById("cart-title");
    if (button) button.focus({ preventScroll: button.id !== "cart-title" });
  };

  /* Text that is being typed stays, when another part of the page changes meanwhile. */
  let typed = [];
  const keepTyped = ({ detail }) => {
    const fields = [...detail.target.querySelectorAll('input[inputmode="numeric"], input[type="radio"]')];
    const isChanged = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
    typed = fields.filter((field) => isChanged(field) && !detail.requestConfig.elt.contains(field))
      .map(({ id, value, checked }) => ({ id, value, checked }));
  };
  const typeAgain = () => {
    for (const { id, value, checked } of typed) {
      const field = document.getElementById(id);
      if (field) Object.assign(field, { value, checked });
    }
    typed = [];
  };

  /* The arrow keys step a quantity, as they do in a number field. Those drop a comma as it is typed, so that 1,5 would be
     sent as 15: a text field sends what was typed, and the shop says what is wrong with it. */
  const step = (event) => {
    const change = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const field = event.target;
    if (!change || !field.matches('input[inputmode="numeric"]') || !/^[0-9]{1,9}$/.test(field.value)) return;
    event.preventDefault();
    field.value = Math.max(1, Math.min(Number(field.value) + change, Number(field.dataset.most || Infinity)));
  };

  /* htmx looks for header and messages from the form that was sent, in vain where another answer has replaced the form.
     This shows the message all the same; the partial that had the form is newer by now. */
  const tellAllTheSame = ({ detail }) => {
    const place = document.querySelector(detail.target);
    place.replaceChildren(...detail.content.childNodes);
    htmx.process(place);
  };

  const say = (text) => { document.getElementById("live").textContent = text; };
  const offline = () => {
    const message = document.createElement("p");
    message.className = "message error";
    message.textContent = document.body.dataset.offline;
    document.getElementById("messages").replaceChildren(message);
  };

  /* The clock counts down the time left by the database's clock: the browser's may be wrong. */
  let timer = 0;
  let warned = false;
  const tick = (hold, ends) => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    const clock = hold.querySelector(".clock");
    clock.hidden = false;
    clock.textContent = `${Math.floor(Math.max(0, left) / 60)}:${String(Math.max(0, left) % 60).padStart(2, "0")}`;
    hold.classList.toggle("ending", left <= WARNING);
    if (left > WARNING) warned = false;
    if (left <= WARNING && left > 0 && !warned) {
      warned = true;
      say(hold.dataset.warning);
    }
    if (left > 0) return;
    clearInterval(timer);
    htmx.trigger(hold, "ran-out");
  };
  const startClock = () => {
    clearInterval(timer);
    const hold = document.querySelector("[data-seconds-left]");
    if (!hold) return;
    const ends = Date.now() + Number(hold.dataset.secondsLeft) * 1000;
    tick(hold, ends);
    timer = setInterval(tick, 1000, hold, ends);
  };

  document.addEventListener("keydown", step);
  document.addEventListener("htmx:beforeSwap", showPages);
  document.addEventListener("htmx:beforeSwap", keepTyped);
  document.addEventListener("htmx:afterSwap", typeAgain);
  document.addEventListener("htmx:afterSettle", focusAgain);
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target && ["cart", "review"].includes(detail.target.id)) startClock();
  });
  document.addEventListener("htmx:oobErrorNoTarget", tellAllTheSame);
  document.addEventListener("htmx:sendError", offline);
  startClock();
})();
