const longestSide = 2_560;
const quality = 0.9;

/** The usual extension of what a picture is drawn as. */
const extensions: Partial<Record<string, string>> = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" };

type Drawn = { blob: Blob; name: string; mimeType: string; width: number; height: number };

/**
 * Draws a picture anew: what a phone writes beside the pixels, such as the place, stays behind. A GIF would lose its
 * motion, and phones make none. Returns the blob alone for what this browser cannot draw.
 */
export const redraw = async (file: Blob, name: string): Promise<Drawn | { blob: Blob }> => {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (bitmap === null) return { blob: file };
  const { width, height } = bitmap;
  if (file.type === "image/gif") return { blob: file, name, mimeType: file.type, width, height };
  const scale = Math.min(1, longestSide / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const type = file.type === "image/png" || file.type === "image/webp" ? file.type : "image/jpeg";
  const blob = await canvas.convertToBlob({ type, quality });
  const isRenamed = blob.type !== file.type;
  const drawnName = isRenamed ? `${name.replace(/\.\w+$/, "")}.${extensions[blob.type] ?? "jpg"}` : name;
  return { blob, name: drawnName, mimeType: blob.type, width: canvas.width, height: canvas.height };
};
