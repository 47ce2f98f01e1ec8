const pageTitle = document.title;
const iconLink = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
const plainIcon = iconLink?.href ?? "";
let shown = 0;

/** Shows the number of unread messages in the window's title and on its icon. */
export function showUnreadBadge(unread: number): void {
  if (unread === shown) return;
  shown = unread;
  document.title = unread > 0 ? `(${unread}) ${pageTitle}` : pageTitle;
  if (iconLink) iconLink.href = unread > 0 ? badgedIcon(unread) : plainIcon;
}

function badgedIcon(unread: number): string {
  const text = unread > 99 ? "99" : String(unread);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#2f8f6d" d="M3 32V14a12 12 0 0 1 24 0v18z"/>
<circle cx="21" cy="11" r="11" fill="#c4301c"/><text x="21" y="16.5" fill="#fff" font-family="sans-serif"
font-size="${text.length > 1 ? 14 : 16}" font-weight="700" text-anchor="middle">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
