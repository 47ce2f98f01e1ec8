const paths = {
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  broken: "M4 5h16v14H4zM4 5l16 14M9 5l-2 5 4 2-2 7",
  back: "M15 5l-7 7 7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  pause: "M9 6v12M15 6v12",
  pen: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  unplug: "M9 3v3M15 3v5M8 8h10v3a6 6 0 0 1-2 4.5M6 8v3a6 6 0 0 0 6 6v4M3 3l18 18",
  house: "M5 20v-9a7 7 0 0 1 14 0v9zM10 20v-6a2 2 0 0 1 4 0v6",
  calendar: "M5 6h14v14H5zM5 10h14M9 4v4M15 4v4M9.5 15l2 2 3.5-4",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  ticks: "M2 12.5l4.5 4.5L15 8.5M11 16l1 1 9-9",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  flag: "M6 21V4M6 5h11l-2 3.5 2 3.5H6",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10 20h4",
  mute: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-7-3.5M7.5 9.5v5M10 20h4M4 4l16 16",
  smile: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9 10h.01M15 10h.01M8.5 14a4 4 0 0 0 7 0",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5L20 20",
  exit: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  cross: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9 9l6 6M15 9l-6 6",
  clip: "M8 12l6-6a3 3 0 0 1 4.5 4.5l-8 8a4.5 4.5 0 0 1-6.5-6.5L11 5",
} as const;

export type IconName = keyof typeof paths;

const svgNamespace = "http://www.w3.org/2000/svg";

/** A line icon in the text's colour; decoration only: there is always a text with its meaning beside it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svgNamespace, "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
