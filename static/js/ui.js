// Messages, copying and passwords: conveniences on top of pages that work without them.
(() => {
  const flash = () => document.getElementById("flash");

  const say = (text) => {
    const template = document.getElementById("flash-error");
    if (!template || !text) return;
    const notice = template.content.cloneNode(true);
    notice.querySelector("[data-text]").textContent = text;
    flash().replaceChildren(notice);
  };

  const copy = async (button) => {
    const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    await navigator.clipboard.writeText(source ? source.value : button.dataset.copy);
    button.classList.add("is-copied");
    document.getElementById("spoken").textContent = flash()?.dataset.copied || "";
    setTimeout(() => button.classList.remove("is-copied"), 2000);
  };

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-dismiss]");
    if (close) close.closest(".notice").remove();
    const button = event.target.closest(".copy");
    if (button) copy(button).catch(() => say(flash()?.dataset.notCopied));
  });

  // An answer that htmx does not swap would otherwise leave a click without any effect.
  document.addEventListener("htmx:responseError", () => say(flash()?.dataset.failed));
  document.addEventListener("htmx:sendError", () => say(flash()?.dataset.offline));
  document.addEventListener("htmx:beforeRequest", () => flash()?.querySelector("[data-local]")?.remove());

  document.addEventListener("allauth.error", () => say(flash()?.dataset.passkey));
})();
