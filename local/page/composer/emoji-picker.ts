import { el } from "../kit/dom.ts";
import { createPopup } from "../kit/popup.ts";
import { words } from "../words/words.ts";

const emoji = (
  "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 😉 😍 🥰 😘 😋 😎 🤩 🥳 🤔 🤨 😐 🙄 😏 😴 😌 😢 😭 😤 😡 😱 😳 🤯 🥺 " +
  "👍 👎 👌 🤝 🙏 👏 🙌 💪 👋 ✌️ 🤞 👀 ❤️ 💚 💙 💜 💔 ✨ 🎉 🔥 ⭐ ☀️ 🌧️ ❄️ ✅ ❌ ❓ ❗ " +
  "🏠 🔑 🛏️ 🚪 🪟 🛋️ 🚿 🧺 🧹 💡 📦 🚲 🚗 🚆 ✈️ 🧳 📅 ⏰ 📞 📷 💶 ☕ 🍕 🎂 🐶 🐱 🌱 🌻"
).split(" ");

const columns = 8;

/** A grid of emoji. It stays open, so that several can be chosen; each goes to `onChoose`. */
export function createEmojiPicker(onChoose: (chosen: string) => void) {
  const buttons = emoji.map((sign, index) =>
    el("button", { type: "button", class: "emoji", tabindex: index === 0 ? 0 : -1 }, sign),
  );
  const element = el("div", { class: "emoji-picker", role: "dialog", "aria-label": words.emoji }, ...buttons);
  const popup = createPopup(element);
  element.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLButtonElement) onChoose(target.textContent ?? "");
  });
  element.addEventListener("keydown", (event) => {
    const index = buttons.findIndex((button) => button === document.activeElement);
    const forth = document.documentElement.dir === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: forth,
      ArrowLeft: -forth,
      ArrowDown: columns,
      ArrowUp: -columns,
    };
    const next = buttons[index + (steps[event.key] ?? 0)];
    if (!next || steps[event.key] === undefined) return;
    event.preventDefault();
    next.focus();
  });
  return {
    element,
    open(by: HTMLElement): void {
      if (popup.open(by)) buttons[0]?.focus();
    },
  };
}
