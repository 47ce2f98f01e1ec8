import { el } from "../kit/dom.ts";
import { icon } from "../kit/icons.ts";
import { locale, words } from "../words/words.ts";

const plain = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase(locale);

/** The search field above the list of chats, and the filter for those with something unread. */
export function createInboxTools(onChange: () => void) {
  const search = el("input", {
    type: "search",
    class: "field inbox-search",
    dir: "auto",
    placeholder: words.searchChats,
    "aria-label": words.searchChats,
    autocomplete: "off",
  });
  const filter = el("button", { type: "button", class: "chip", "aria-pressed": "false" }, words.onlyUnread);
  const element = el(
    "div",
    { class: "inbox-tools" },
    el("span", { class: "search-field" }, icon("search"), search),
    filter,
  );
  let isUnreadOnly = false;
  search.addEventListener("input", onChange);
  filter.addEventListener("click", () => {
    isUnreadOnly = !isUnreadOnly;
    filter.setAttribute("aria-pressed", String(isUnreadOnly));
    onChange();
  });
  return {
    element,
    /** Whether a chat is on the list: all words of the search are in its texts, in any spelling of accents and case. */
    matches(texts: readonly string[], isUnread: boolean): boolean {
      if (isUnreadOnly && !isUnread) return false;
      const text = plain(texts.join(" "));
      return plain(search.value)
        .split(/\s+/)
        .every((word) => text.includes(word));
    },
  };
}
