const longestSide = 2_560;
const quality = 0.9;

export interface Drawn {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a picture anew: what a phone writes beside the pixels, such as the place, stays behind. A GIF would lose its
 * motion, and phones make none. Null for what this browser cannot draw.
 */
export async function redraw(file: Blob): Promise<Drawn | null> {
  if (!file.type.startsWith("image/")) return null;
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) return null;
  const { width, height } = bitmap;
  if (file.type === "image/gif") return { blob: file, width, height };
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const type = file.type === "image/png" || file.type === "image/webp" ? file.type : "image/jpeg";
  const blob = await canvas.convertToBlob({ type, quality });
  return { blob, width: canvas.width, height: canvas.height };
}
