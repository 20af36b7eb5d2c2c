/**
 * Words of an account in a source file: nothing in them ends a comment or a string, or is not to be seen.
 */

/** Control characters, line ends, marks of direction, halves of surrogate pairs. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu

const escaped = (char: string): string => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`

/** One line of a comment. */
export const commentText = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, " ")
    .replace(hidden, escaped)
    .replaceAll("*/", "*\\/")
    // no tag of a doc comment
    .replaceAll("@", "\\@")

/** A literal, in the quotes that need fewer escapes. */
export const literal = (text: string): string => {
  const inner = JSON.stringify(text).slice(1, -1).replace(hidden, escaped)
  const count = (quote: string) => text.split(quote).length
  return count('"') > count("'") ? `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'` : `"${inner}"`
}

/** A property of an object literal. */
export const property = (name: string): string =>
  // as it stands, it would set the prototype
  name === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)
