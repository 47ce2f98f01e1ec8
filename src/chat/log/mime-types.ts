/**
 * The types of attachments, by their IANA names (or the common name if IANA has none), each with other names that phones,
 * browsers and Windows' registry use for the same files. No SVG, HTML or XML, since they can contain scripts; no programs,
 * and no office formats that are made for macros.
 */
type Names = Record<string, readonly string[]>;

const pictures: Names = {
  "image/jpeg": [
    "image/jpg",
    "image/pjpeg",
    "image/jpe",
    "image/jfif",
    "image/x-jpeg",
    "image/x-jpg",
    "image/x-citrix-jpeg",
  ],
  "image/png": ["image/x-png", "image/x-citrix-png"],
  "image/gif": ["image/x-gif"],
  "image/webp": ["image/x-webp"],
  "image/avif": ["image/avif-sequence"],
  "image/heic": ["image/x-heic"],
  "image/heif": ["image/x-heif"],
  "image/heic-sequence": [],
  "image/heif-sequence": [],
  "image/apng": ["image/vnd.mozilla.apng"],
  "image/bmp": ["image/x-bmp", "image/x-ms-bmp", "image/x-windows-bmp", "image/ms-bmp"],
  "image/tiff": ["image/tif", "image/x-tiff", "image/x-tif"],
  "image/jxl": ["image/x-jxl"],
};

const documents: Names = {
  "application/pdf": ["application/x-pdf", "application/acrobat", "application/vnd.pdf", "text/pdf", "text/x-pdf"],
  "application/rtf": ["text/rtf", "text/richtext", "application/x-rtf", "application/richtext"],
  "application/msword": [
    "application/vnd.ms-word",
    "application/vnd.msword",
    "application/x-msword",
    "application/doc",
  ],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.template": [],
  "application/vnd.ms-excel": [
    "application/msexcel",
    "application/x-msexcel",
    "application/excel",
    "application/x-excel",
  ],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.template": [],
  "application/vnd.ms-powerpoint": ["application/mspowerpoint", "application/x-mspowerpoint", "application/powerpoint"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": [],
  "application/vnd.openxmlformats-officedocument.presentationml.slideshow": [],
  "application/vnd.oasis.opendocument.text": ["application/x-vnd.oasis.opendocument.text"],
  "application/vnd.oasis.opendocument.spreadsheet": ["application/x-vnd.oasis.opendocument.spreadsheet"],
  "application/vnd.oasis.opendocument.presentation": ["application/x-vnd.oasis.opendocument.presentation"],
  "application/vnd.oasis.opendocument.graphics": ["application/x-vnd.oasis.opendocument.graphics"],
  "application/vnd.apple.pages": ["application/x-iwork-pages-sffpages"],
  "application/vnd.apple.numbers": ["application/x-iwork-numbers-sffnumbers"],
  "application/vnd.apple.keynote": ["application/x-iwork-keynote-sffkey"],
  "application/epub+zip": ["application/epub"],
  "text/plain": [],
  "text/csv": ["application/csv", "application/x-csv", "text/x-csv", "text/comma-separated-values"],
  "text/tab-separated-values": ["text/tsv"],
  "text/markdown": ["text/x-markdown", "text/x-web-markdown"],
  "text/calendar": ["application/ics", "text/x-vcalendar"],
  "text/vcard": ["text/x-vcard", "text/directory", "application/vcard"],
};

const archives: Names = {
  "application/zip": [
    "application/x-zip-compressed",
    "application/x-zip",
    "application/zip-compressed",
    "multipart/x-zip",
  ],
  "application/x-7z-compressed": ["application/7z", "application/x-7z", "application/x-7zip-compressed"],
  "application/vnd.rar": ["application/x-rar-compressed", "application/x-rar", "application/rar"],
  "application/gzip": [
    "application/x-gzip",
    "application/x-gunzip",
    "application/gzipped",
    "application/gzip-compressed",
    "application/x-compressed-tar",
    "application/x-gtar-compressed",
    "application/x-tgz",
    "application/tgz",
  ],
  "application/x-tar": ["application/tar", "application/x-gtar"],
  "application/x-bzip2": ["application/bzip2", "application/x-bzip", "application/x-bz2"],
  "application/x-xz": ["application/xz"],
  "application/zstd": ["application/x-zstd"],
};

const sounds: Names = {
  "audio/mpeg": [
    "audio/mp3",
    "audio/x-mp3",
    "audio/mpeg3",
    "audio/x-mpeg",
    "audio/x-mpeg-3",
    "audio/mpg",
    "audio/x-mpg",
  ],
  "audio/mp4": ["audio/x-m4a", "audio/m4a", "audio/x-mp4", "audio/mp4a-latm"],
  "audio/aac": ["audio/x-aac", "audio/aacp", "audio/x-hx-aac-adts", "audio/aac-adts"],
  "audio/ogg": ["audio/x-ogg", "application/ogg", "application/x-ogg", "audio/vorbis"],
  "audio/opus": ["audio/x-opus", "audio/x-opus+ogg"],
  "audio/wav": ["audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"],
  "audio/webm": [],
  "audio/flac": ["audio/x-flac"],
  "audio/amr": ["audio/x-amr", "audio/amr-nb"],
  "audio/amr-wb": ["audio/x-amr-wb"],
  "audio/3gpp": ["audio/3gp"],
  "audio/3gpp2": ["audio/3g2"],
  "audio/x-caf": ["audio/caf"],
  "audio/aiff": ["audio/x-aiff"],
  "audio/x-ms-wma": ["audio/wma"],
  "audio/midi": ["audio/mid", "audio/x-midi", "audio/x-mid"],
};

const films: Names = {
  "video/mp4": ["video/x-m4v", "video/m4v", "video/x-mp4", "application/mp4"],
  "video/quicktime": ["video/mov", "video/x-mov", "video/x-quicktime"],
  "video/webm": ["video/x-webm"],
  "video/3gpp": ["video/3gp", "video/x-3gpp"],
  "video/3gpp2": ["video/3g2", "video/x-3gpp2"],
  "video/ogg": ["video/x-ogg", "video/theora"],
  "video/mpeg": ["video/mpg", "video/x-mpeg", "video/x-mpg"],
  "video/x-matroska": ["video/matroska", "video/mkv", "video/x-mkv"],
  "video/x-msvideo": ["video/avi", "video/msvideo", "video/vnd.avi"],
  "video/x-ms-wmv": ["video/wmv"],
};

const files: Names = { ...pictures, ...documents, ...archives, ...sounds, ...films };

/** What may be sent as an image. */
export const imageTypes: readonly string[] = Object.keys(pictures);

/** What may be sent as a file. */
export const fileTypes: readonly string[] = Object.keys(files);

const canonicalNames = new Map(
  Object.entries(files).flatMap(([name, others]) => [name, ...others].map((known) => [known, name] as const)),
);

/** Every accepted name. */
export const namesOf = (types: readonly string[]): string[] => types.flatMap((type) => [type, ...(files[type] ?? [])]);

/**
 * A type's canonical name, in any case and with any parameters; null for a type that may not be sent.
 *
 *     canonicalType("IMAGE/JPG") === "image/jpeg", canonicalType("audio/webm;codecs=opus") === "audio/webm"
 */
export const canonicalType = (written: string): string | null =>
  canonicalNames.get((written.split(";", 1)[0] ?? "").trim().toLowerCase()) ?? null;
