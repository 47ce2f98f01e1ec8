import { describe, expect, test } from "@jest/globals";
import { cleanText, codePoints } from "../../src/chat/log/content.ts";
import { fileTypes, imageTypes, namesOf } from "../../src/chat/log/mime-types.ts";
import { newMessageSchema } from "../../src/chat/log/new-message.ts";

const schema = newMessageSchema(["images.example.com", "*.cdn.example", "localhost:8443", "*.ports.example:8443"]);
const text = (content: unknown) => schema.safeParse({ type: "text", content });
const attachment = {
  url: "https://images.example.com/room.jpg",
  name: "room.jpg",
  mimeType: "image/jpeg",
  size: 1_024,
};
const image = (overrides: object) => schema.safeParse({ type: "image", attachment: { ...attachment, ...overrides } });

describe("a person's text", () => {
  test("keeps newlines, tabs, joiners and right-to-left marks", () => {
    const kept = "a\tb\nc 👩‍👩‍👧 می‌خواهم \u200F!";
    expect(cleanText(kept)).toBe(kept);
  });

  test("loses control characters and what overrides the direction", () => {
    expect(cleanText("a\u0000\u0007\u001B[31mb\u007F\u0085\u202E\u202Ac\u2066d\u2069")).toBe("a[31mbcd");
  });

  test("is well-formed and in NFC, also where cleaning brings a letter and its accent together", () => {
    expect(cleanText("\uD800x")).toBe("\uFFFDx");
    expect(cleanText("e\u0000\u0301")).toBe("é");
  });

  test("is the same after a second cleaning", () => {
    for (const raw of ["  e\u0000\u0301\r\n ", "\u202E\uD83D", "\u0000 \u0001 x"]) {
      expect(cleanText(cleanText(raw))).toBe(cleanText(raw));
    }
  });

  test("is not escaped: that is the page's work", () => {
    expect(cleanText("<b>&amp;</b>")).toBe("<b>&amp;</b>");
  });

  test("may have 4,000 code points, however many bytes, and not one more", () => {
    expect(codePoints("👍🏽é")).toBe(3);
    expect(text("👍".repeat(4_000)).success).toBe(true);
    expect(text("👍".repeat(4_001)).success).toBe(false);
    expect(text(` ${"a".repeat(4_000)}\u0000`).success).toBe(true);
  });

  test("may have a hundred marks on one letter, and more are refused before they are sorted", () => {
    const marks = (count: number) => "\u0316\u0301".repeat(count / 2);
    expect(text(`x${marks(100)}`)).toMatchObject({
      success: true,
      data: { content: `x${marks(100)}`.normalize("NFC") },
    });
    const many = [`x${marks(102)}`, `x${"\u0316\u0000\u0301".repeat(51)}`, `x${marks(15_000)}`];
    for (const content of many) {
      expect(text(content).error?.issues[0]?.message).toBe("at most 100 marks on one letter");
    }
    // What is too long in any form is told as that, and not looked at any closer.
    expect(text(`x${marks(60_000)}`).error?.issues.map(({ message }) => message)).toEqual(["at most 4000 characters"]);
    expect(text("한".repeat(4_000).normalize("NFD")).success).toBe(true);
    expect(text(`x${marks(80)}y${marks(80)}`).success).toBe(true);
    // A booking's reason is cut, not refused. Sorted first, a megabyte of them would take minutes.
    expect(codePoints(cleanText(`x${marks(1_000_000)}`))).toBeLessThanOrEqual(101);
  });

  test("in which nothing can be seen is empty", () => {
    const unseen = [
      ["joiners", "\u200D\u200C\u2060\u034F"],
      ["zero-width spaces and marks", "\u200B\uFEFF\u200E\u200F\u061C"],
      ["fillers", "\u115F\u1160\u3164\uFFA0\u{16FE4}"],
      ["soft hyphens", "\u00AD\u00AD"],
      ["variation selectors", "\uFE0F\u{E0100}\u180B"],
      ["tags", "\u{E0001}\u{E0065}\u{E007F}"],
      ["blank letters", "\u2800\u{1D159}\uFFF9\uFFFB"],
      ["white space of all kinds", " \t\n\u00A0\u1680\u2003\u2028\u3000"],
      ["all of them", "\u3164 \u200D\n\u2800\u00AD\uFE0F\u{E0020}\u0000\u202E x".slice(0, -1)],
    ] as const;
    for (const [what, content] of unseen) {
      expect([what, cleanText(content)]).toEqual([what, ""]);
      expect([what, text(content).success]).toEqual([what, false]);
      expect([what, image({ name: content }).success]).toEqual([what, false]);
      const captioned = schema.safeParse({ type: "image", content, attachment });
      expect([what, captioned.data?.content]).toEqual([what, ""]);
    }
  });

  test("keeps joiners, fillers and selectors beside what can be seen", () => {
    const seen = [
      "👩‍👩‍👧‍👦",
      "❤️",
      "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
      "می\u200Cخواهم",
      "क्\u200Dष",
      "Donau\u00ADdampf",
      "\u115F\u1161",
      "\u0301",
      "\u0600",
      "\u2800\u2801",
      ".",
    ];
    for (const content of seen) expect(text(content)).toMatchObject({ success: true, data: { content } });
  });

  test("is required, and what is cleaned to nothing is nothing", () => {
    for (const content of [undefined, null, 5, "", " \n", "\u0000\u202E"]) expect(text(content).success).toBe(false);
  });
});

describe("an attachment", () => {
  test("of a text is refused: it would be lost", () => {
    const refused = schema.safeParse({ type: "text", content: "x", attachment });
    expect(refused.error?.issues).toMatchObject([{ path: ["attachment"], message: expect.stringContaining("image") }]);
    for (const none of [null, undefined]) {
      expect(schema.safeParse({ type: "text", content: "x", attachment: none }).data).toEqual({
        type: "text",
        content: "x",
      });
    }
  });

  test("needs no caption", () => {
    expect(image({})).toMatchObject({ success: true, data: { content: "", attachment } });
  });

  test.each([
    ["https://images.example.com/a?b=c#d", true],
    ["https://IMAGES.example.com/a", true],
    ["https://a.cdn.example/x", true],
    ["https://a.b.cdn.example/x", true],
    ["https://localhost:8443/x", true],
    ["http://images.example.com/a", false],
    ["https://images.example.com:444/a", false],
    ["https://cdn.example/x", false],
    ["https://evilcdn.example/x", false],
    ["https://images.example.com.evil.example/a", false],
    ["https://images.example.com@evil.example/a", false],
    ["https://user:secret@images.example.com/a", false],
    ["https://images.example.com\\@evil.example/a", false],
    ["https:\\\\images.example.com/a", false],
    ["https:images.example.com/a", false],
    [" https://images.example.com/a", false],
    ["ht\ntps://images.example.com/a", false],
    ["https://images.example.com/a\nb", false],
    ["https://images.example.com/\uD800", false],
    ["https://images.example.com/a b", false],
    ['https://images.example.com/a"><script>', false],
    ["https://images.example.com/gpj.\u202Eexe", false],
    ["https://images%2Eexample.com/a", false],
    ["HTTPS://Images.example.com:443/Zimmer%20ä.jpg?w=1#f", true],
    ["//images.example.com/a", false],
    ["javascript:alert(1)", false],
    ["https://a.ports.example:8443/x", true],
    ["https://a.ports.example/x", false],
    ["https://a:1.ports.example:8443/x", false],
    ["https://images.example.com./a", false],
    ["https://images.example.com:/a", false],
    ["https://localhost:8443./x", false],
    ["https://a.cdn.example./x", false],
    ["https://a.cdn.example:8443/x", false],
    ["https://.cdn.example/x", false],
    ["https://..cdn.example/x", false],
    ["https://a..cdn.example/x", false],
    ["https://-a.cdn.example/x", false],
    ["https://a_b.cdn.example/x", true],
    ["https://xn--bcher-kva.cdn.example/x", true],
    ['https://a"b.cdn.example/x', false],
    ["https://a'b.cdn.example/x", false],
    ["https://a!b.cdn.example/x", false],
    ["https://evil.example\u2044x.cdn.example/", false],
    ["https://evil.example\u2215x.cdn.example/", false],
    ["https://evil.example\uFF0Fx.cdn.example/", false],
    ["https://evil.example\u3002cdn.example/", false],
    ["https://image\u017F.example.com/a", false],
    ["https://a\u00ADb.cdn.example/", false],
    ["https://[::1].cdn.example/", false],
    ["https://127.0.0.1/x", false],
    ["https://images.example.com/a\tb", false],
    ["https://images.example.com\t/a", false],
    ["https://images.example.com/a ", false],
    ["https://@images.example.com/a", false],
    ["https://images.example.com/@a:b", true],
    [`https://${"a".repeat(64)}.cdn.example/`, false],
    [`https://${"a".repeat(63)}.cdn.example/`, true],
    ["https://images.example.com/".padEnd(4_096, "a"), true],
    ["https://images.example.com/".padEnd(4_097, "a"), false],
    [`https://images.example.com/${"🏡".repeat(4_069)}`, true],
    [`https://images.example.com/${"🏡".repeat(4_070)}`, false],
  ])("at %s is allowed: %s", (url, allowed) => {
    expect(image({ url }).success).toBe(allowed);
  });

  test.each([
    [{ mimeType: "image/svg+xml" }],
    [{ mimeType: "application/pdf" }],
    [{ name: "" }],
    [{ size: -1 }],
    [{ size: 1.5 }],
    [{ width: 0 }],
    [{ height: "10" }],
    [{ name: "room\n.jpg" }],
  ])("%j of an image is refused", (wrong) => {
    expect(image(wrong).success).toBe(false);
  });

  test("of a file may be a document", () => {
    const file = { ...attachment, mimeType: "application/pdf", name: "contract.pdf" };
    expect(schema.safeParse({ type: "file", attachment: file, content: "sign here" }).success).toBe(true);
  });
});

describe("a type", () => {
  const typeOf = (type: "image" | "file", mimeType: string) => {
    const parsed = schema.safeParse({ type, attachment: { ...attachment, mimeType } }).data?.attachment;
    return parsed && "url" in parsed ? parsed.mimeType : undefined;
  };

  test.each([
    ["IMAGE/JPEG", "image/jpeg"],
    ["image/jpg", "image/jpeg"],
    ["image/pjpeg", "image/jpeg"],
    ["Image/X-PNG", "image/png"],
    ["image/heif", "image/heif"],
    ["image/heic", "image/heic"],
    ["image/avif", "image/avif"],
    ["image/x-ms-bmp", "image/bmp"],
  ])("%s of a picture is %s", (written, kept) => {
    expect([typeOf("image", written), typeOf("file", written)]).toEqual([kept, kept]);
  });

  test.each([
    ["application/x-zip-compressed", "application/zip"],
    ["application/x-gzip", "application/gzip"],
    ["application/x-7z-compressed", "application/x-7z-compressed"],
    ["application/x-rar-compressed", "application/vnd.rar"],
    ["audio/x-m4a", "audio/mp4"],
    ["audio/mp3", "audio/mpeg"],
    ["audio/x-wav", "audio/wav"],
    ["audio/webm;codecs=opus", "audio/webm"],
    ["audio/ogg; codecs=opus", "audio/ogg"],
    ["video/quicktime", "video/quicktime"],
    ["video/x-m4v", "video/mp4"],
    ["video/3gpp", "video/3gpp"],
    ["TEXT/PLAIN; charset=utf-8", "text/plain"],
    [" text/csv ", "text/csv"],
    ["text/rtf", "application/rtf"],
    ["application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"],
    ["application/vnd.ms-powerpoint", "application/vnd.ms-powerpoint"],
  ])("%s of a file is %s, and of no picture", (written, kept) => {
    expect([typeOf("file", written), typeOf("image", written)]).toEqual([kept, undefined]);
  });

  test.each([
    "",
    ";",
    "image",
    "image/",
    "image/*",
    "image/svg+xml",
    "IMAGE/SVG+XML; charset=utf-8",
    "text/html",
    "application/xhtml+xml",
    "text/javascript",
    "application/x-msdownload",
    "application/vnd.android.package-archive",
    "application/vnd.ms-word.document.macroEnabled.12",
    "application/octet-stream",
    "constructor",
    "__proto__",
    "image/jpeg,text/html",
    "image/jpeg text/html",
    "text/html;image/jpeg",
  ])("%j is refused", (written) => {
    expect([typeOf("file", written), typeOf("image", written)]).toEqual([undefined, undefined]);
  });

  test("has each of its names once", () => {
    const names = namesOf(fileTypes);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(imageTypes.every((type) => fileTypes.includes(type))).toBe(true);
  });
});

describe("a message", () => {
  test("of type system is not a client's to send", () => {
    expect(schema.safeParse({ type: "system", content: "x" }).success).toBe(false);
  });

  test.each(["", "a".repeat(65), 5, "\uD800"])("cannot have the clientMessageId %j", (clientMessageId) => {
    expect(schema.safeParse({ type: "text", content: "x", clientMessageId }).success).toBe(false);
  });
});
