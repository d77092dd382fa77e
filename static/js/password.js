// Show, generate: for every .password around a password field.
(() => {
  // No look-alikes (0 O, 1 l I), so that it survives being read out over the telephone.
  const ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const GROUPS = 4;
  const GROUP_LENGTH = 5;

  const letter = () => {
    // Values past the last whole multiple would favour the first letters.
    const ceiling = 256 - (256 % ALPHABET.length);
    const byte = crypto.getRandomValues(new Uint8Array(1))[0];
    return byte < ceiling ? ALPHABET[byte % ALPHABET.length] : letter();
  };

  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join("");
  const password = () => Array.from({ length: GROUPS }, group).join("-");

  const show = (input, visible) => {
    const button = input.closest(".password").querySelector("[data-password-show]");
    input.type = visible ? "text" : "password";
    button.setAttribute("aria-pressed", visible);
  };

  const fill = (input) => {
    const value = password();
    // A form that asks for it twice gets it twice.
    for (const each of input.form.querySelectorAll(".password input")) {
      if (each.autocomplete === "current-password") continue;
      each.value = value;
      show(each, true);
      each.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("click", (event) => {
    const input = event.target.closest(".password")?.querySelector("input");
    if (!input) return;
    if (event.target.closest("[data-password-show]")) show(input, input.type === "password");
    if (event.target.closest("[data-password-generate]")) fill(input);
  });

  // A password left visible must not end up in the browser's form history.
  document.addEventListener("submit", (event) => {
    for (const input of event.target.querySelectorAll(".password input")) show(input, false);
  });
})();
