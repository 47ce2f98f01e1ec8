const prefix = "lyvo-page:";

/** What this browser keeps for the page over a reload. Without storage, as in some private windows, nothing is kept. */
export function kept(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

/** Keeps a text; "" is forgotten. */
export function keep(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, text);
  } catch {
    // A full or forbidden storage: the page works on, and forgets with the tab.
  }
}

/** Forgets everything whose key begins so. */
export function forget(start: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix + start)) localStorage.removeItem(key);
  } catch {
    // There is nothing then.
  }
}
