// The font of the charts. It is part of the page and of every picture saved from it, so that both look the same
// everywhere; letters that it lacks come from a font of the reader's.
import latin from "@fontsource/source-sans-3/files/source-sans-3-latin-400-normal.woff2";
import latinBold from "@fontsource/source-sans-3/files/source-sans-3-latin-600-normal.woff2";
import latinMore from "@fontsource/source-sans-3/files/source-sans-3-latin-ext-400-normal.woff2";
import ranges from "@fontsource/source-sans-3/unicode.json";
import cyrillic from "@fontsource/source-sans-3/files/source-sans-3-cyrillic-400-normal.woff2";

const name = "Source Sans 3";
// programs that take no fonts from a picture find one about as wide
export const family = `"${name}", "Source Sans Pro", "Liberation Sans", Arial, Helvetica, sans-serif`;

const faces = [
  { data: latin, weight: 400, range: ranges.latin },
  { data: latinBold, weight: 600, range: ranges.latin },
  { data: latinMore, weight: 400, range: ranges["latin-ext"] },
  { data: cyrillic, weight: 400, range: ranges.cyrillic },
];

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Makes the font known to the page. */
export function loadFont() {
  for (const { data, weight, range } of faces) {
    const face = new FontFace(name, bytesOf(data), { weight: String(weight), unicodeRange: range });
    document.fonts.add(face);
    face.load().catch(() => {}); // then the reader's own fonts serve
  }
}

const covers = (range, code) => range.split(",").some((part) => {
  const [from, to = from] = part.slice(2).split("-").map((digits) => Number.parseInt(digits, 16));
  return code >= from && code <= to;
});

/** The style sheet of a picture: those parts of the font that its texts need. */
export function fontRules(text) {
  const codes = [...new Set(text)].map((letter) => letter.codePointAt(0));
  return faces.filter(({ range }) => codes.some((code) => covers(range, code))).map(({ data, weight, range }) =>
    `@font-face{font-family:"${name}";font-weight:${weight};unicode-range:${range};src:url(data:font/woff2;base64,${data}) format("woff2")}`).join("");
}

const pen = document.createElement("canvas").getContext("2d");

export const textSize = 14;

/** Width of a text in pixels. */
export function widthOf(text, size = textSize, weight = 400) {
  pen.font = `${weight} ${size}px ${family}`;
  return pen.measureText(text).width;
}
