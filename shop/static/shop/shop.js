/* What pages can do with JavaScript: forms sent by htmx, focus that stays, a clock that runs. Each form works without
   it too, so nothing here decides anything. */
(() => {
  "use strict";
  const WARNING = 2; // minutes before a hold ends

  /* A whole page in answer to a form (not found, too old, logged out) is shown as one. */
  const isPage = (xhr) => /^\s*<!doctype/i.test(xhr.responseText);
  const showPages = ({ detail }) => {
    if (!isPage(detail.xhr)) return;
    detail.target = document.body;
    detail.swapOverride = "innerHTML";
  };

  /* The focus stays where it was: on the same button or link of the new partial, else on undo, else on the heading.
     htmx itself keeps it on what has an id. */
  let focused = "";
  const named = (one, attribute) => `${one.localName}[${attribute}="${CSS.escape(one.getAttribute(attribute))}"]`;
  const noteFocus = ({ detail }) => {
    const one = document.activeElement;
    const name = one?.form ? `${named(one.form, "action")} [type="submit"]` : one?.matches("a[href]") && named(one, "href");
    focused = name && detail.target.contains(one) ? `#${one.closest("[id]").id} ${name}` : "";
  };
  const focusAgain = ({ detail }) => {
    const lost = !document.activeElement || document.activeElement === document.body;
    if (!lost || !detail.requestConfig?.elt.getAttribute("action")) return;
    const next = (focused && document.querySelector(focused)) || document.querySelector('#messages [type="submit"]')
      || document.getElementById("cart-title");
    if (next) next.focus({ preventScroll: next.id !== "cart-title" });
  };

  /* Text that is being typed stays, when another part of the page changes meanwhile; so does what was stepped since the
     request was sent, which is sent then. */
  let typed = [];
  const keepTyped = ({ detail: { target, requestConfig } }) => {
    const fields = [...target.querySelectorAll('input[inputmode="numeric"], input[type="radio"]')];
    const isChanged = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
    const isSent = (field) => requestConfig.elt.contains(field)
      && (field.type === "radio" || field.value === requestConfig.parameters[field.name]);
    typed = fields.filter((field) => isChanged(field) && !isSent(field))
      .map(({ id, value, checked }) => ({ id, value, checked }));
  };
  const typeAgain = () => {
    for (const { id, value, checked } of typed) {
      const field = document.getElementById(id);
      if (field) Object.assign(field, { value, checked });
    }
    if (typed.length) sendSoon();
    typed = [];
  };

  /* − and + and the arrow keys step a quantity, as in a number field. Those drop a comma as it is typed, so that 1,5 would
     be sent as 15: a text field sends what was typed, and the shop says what is wrong with it. */
  const step = (field, change) => {
    if (!/^[0-9]{1,9}$/.test(field.value)) return;
    field.value = Math.max(1, Math.min(Number(field.value) + change, Number(field.dataset.most || Infinity)));
  };
  const stepByKey = (event) => {
    const change = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!change || !event.target.matches('input[inputmode="numeric"]')) return;
    event.preventDefault();
    step(event.target, change);
  };
  const stepByButton = ({ target }) => {
    if (!target.matches("[data-step]")) return;
    target.focus({ preventScroll: true }); // not every browser does
    step(target.parentElement.querySelector("input"), Number(target.dataset.step));
    sendSoon();
  };

  /* A changed number of units in the cart is sent when its field is left, or half a second after the last step; not when
     a new partial takes the field away. */
  const sendChanged = (field) => {
    const isOne = field.isConnected && field.matches(".line-quantity input[inputmode]");
    if (isOne && field.value.trim() && field.value !== field.defaultValue) field.form.requestSubmit();
  };
  const sendLeft = ({ target }) => queueMicrotask(() => sendChanged(target));
  let soon = 0;
  const sendSoon = () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      const fields = [...document.querySelectorAll(".line-quantity input[inputmode]")];
      fields.filter((field) => field !== document.activeElement).forEach(sendChanged);
    }, 500);
  };

  /* A photograph opens large over the page. Without a script, and with Ctrl, its link leads to the file. */
  let turned = 0;
  const showShot = (number) => {
    const [all, dialog] = [document.querySelectorAll("a.shot"), document.getElementById("zoom")];
    turned = (number + all.length) % all.length;
    const { alt } = all[turned].querySelector("img");
    Object.assign(dialog.querySelector("img"), { src: all[turned].href, alt });
    for (const button of dialog.querySelectorAll("[data-turn]")) button.hidden = all.length < 2;
    if (!dialog.open) dialog.showModal();
  };
  const zoom = (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    const shot = target.closest("a.shot");
    if (target.matches("[data-turn]")) showShot(turned + Number(target.dataset.turn));
    if (target.id === "zoom") target.close(); // beside the picture
    if (!shot || ctrlKey || metaKey || shiftKey || !document.getElementById("zoom")) return;
    event.preventDefault();
    showShot([...document.querySelectorAll("a.shot")].indexOf(shot));
  };

  /* What lies on the page can be taken away. */
  const close = () => document.querySelector(".messages:has(> .floating)")?.replaceChildren();

  /* htmx looks for header and messages from the form that was sent, in vain where another answer has replaced the form.
     This shows the message all the same; the partial that had the form is newer by now. */
  const tellAllTheSame = ({ detail }) => {
    const place = document.querySelector(detail.target);
    place.replaceChildren(...detail.content.childNodes);
    htmx.process(place);
  };

  /* For those who listen to the page: said once a minute, and gone when it is true no more. */
  const warn = (text) => {
    const live = document.getElementById("live");
    if (live.textContent !== (text || "")) live.textContent = text || "";
  };
  const offline = () => {
    const message = document.createElement("p");
    message.className = "message error floating";
    message.textContent = document.body.dataset.offline;
    document.getElementById("messages").replaceChildren(message);
  };

  /* The clock counts down the time left by the database's clock: the browser's may be wrong. */
  let timer = 0;
  const tick = (hold, ends) => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    const clock = hold.querySelector(".clock");
    clock.hidden = false;
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    hold.classList.toggle("ending", left <= WARNING * 60);
    warn(hold.getAttribute(`data-warning-${Math.ceil(left / 60)}`));
    if (left > 0) return;
    clearInterval(timer);
    htmx.trigger(hold, "ran-out");
  };
  const startClock = () => {
    clearInterval(timer);
    const hold = document.querySelector("[data-seconds-left]");
    if (!hold) return warn("");
    const ends = Date.now() + Number(hold.dataset.secondsLeft) * 1000;
    tick(hold, ends);
    timer = setInterval(tick, 1000, hold, ends);
  };

  document.addEventListener("keydown", stepByKey);
  document.addEventListener("click", stepByButton);
  document.addEventListener("click", zoom);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && close());
  document.addEventListener("click", ({ target }) => target.matches(".floating .close") && close());
  document.addEventListener("focusout", sendLeft);
  document.addEventListener("htmx:beforeSwap", showPages);
  document.addEventListener("htmx:beforeSwap", keepTyped);
  document.addEventListener("htmx:beforeSwap", noteFocus);
  document.addEventListener("htmx:afterSwap", typeAgain);
  document.addEventListener("htmx:afterSettle", focusAgain);
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target && ["cart", "review"].includes(detail.target.id)) startClock();
  });
  document.addEventListener("htmx:oobErrorNoTarget", tellAllTheSame);
  document.addEventListener("htmx:sendError", offline);
  startClock();
})();
