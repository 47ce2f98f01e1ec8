import { el } from "../kit/dom.ts";

// Each part has an upper bound, so that no text takes longer than its length.
const link = String.raw`https?:\/\/[^\s<>"]{1,2000}|\bwww\.[^\s<>"]{3,2000}`;
const mail = String.raw`[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b`;
// As people write them: from a plus or a zero on. Other rows of digits are prices, dates and house numbers.
const phone = String.raw`(?<![\w.,:/-])(?:\+|0)\d[\d \u00A0()/-]{5,20}\d(?![\w.,:-]\d|\w)`;
const findable = new RegExp(`(${link})|(${mail})|(${phone})`, "giu");
const endsSentence = /[.,;:!?'"»”)\]]+$/u;

/** A text as nodes: addresses, e-mail addresses and phone numbers are links. Nothing in it is read as HTML. */
export function richText(text: string): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(findable)) {
    const [whole, address] = match;
    const shown = address === undefined ? whole : withoutEnd(whole);
    const href = hrefOf(shown, match);
    if (href === null) continue;
    nodes.push(text.slice(from, match.index), linkTo(href, shown));
    from = match.index + shown.length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

/** "(see https://example.com/a_(b))." → the sentence's own signs are no part of the address. */
function withoutEnd(address: string): string {
  const end = endsSentence.exec(address)?.[0] ?? "";
  const isPair = end.startsWith(")") && address.includes("(");
  return address.slice(0, address.length - end.length + (isPair ? 1 : 0));
}

function hrefOf(shown: string, [, address, mailbox]: readonly (string | undefined)[]): string | null {
  if (mailbox !== undefined) return `mailto:${mailbox}`;
  if (address === undefined) return `tel:${shown.replaceAll(/[^\d+]/g, "")}`;
  const url = URL.parse(shown.startsWith("www.") ? `https://${shown}` : shown);
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

const linkTo = (href: string, text: string): HTMLElement =>
  el("a", { class: "text-link", href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "auto" }, text);

const emojiAlone = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;

/** One to three emoji and nothing else are shown large. */
export const isEmojiAlone = (text: string): boolean => text.length < 60 && emojiAlone.test(text);
