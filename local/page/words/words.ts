import { keep, kept } from "../kit/kept.ts";
import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en, type Words } from "./en.ts";

const catalogues = { en, de, ar } satisfies Record<string, Words>;
export type Language = keyof typeof catalogues;

/** Each language by its own name. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch", ar: "العربية" };

const isLanguage = (tag: string | null | undefined): tag is Language =>
  tag !== null && tag !== undefined && tag in catalogues;
const languageOf = (tag: string): string => tag.split("-")[0] ?? tag;

/** `?lang=de` wins, then what was chosen before, then the browser's languages, then English. */
export const language: Language =
  [new URLSearchParams(location.search).get("lang"), kept("language"), ...navigator.languages.map(languageOf)].find(
    isLanguage,
  ) ?? "en";

/** The reader's own way to write dates, if it is one of this language: `en-GB` and `en-US` differ. */
export const locale: string = navigator.languages.find((tag) => languageOf(tag) === language) ?? language;

export const words: Words = catalogues[language];

/** The page begins again in it. */
export function chooseLanguage(chosen: string): void {
  keep("language", chosen);
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  history.replaceState(history.state, "", address);
  location.reload();
}

/** A refusal in the reader's language: the service says it in English. */
export const refusalOf = ({
  code,
  text,
  message = text ?? "",
}: {
  code: string;
  text?: string;
  message?: string;
}): string => words.errors[code] ?? message;

document.documentElement.lang = language;
document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
