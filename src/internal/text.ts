/**
 * Foreign words, made fit to show: values of any shape as short text, and nothing in it that acts on a terminal or a log.
 */

/** Control characters, line ends, marks of direction and halves of surrogate pairs. */
const acting = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}]/gu

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const escaped = (char: string): string =>
  named[char] ?? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`

/** Shows what acts as an escape: `bad\n` as `bad\\n`. To do it twice changes nothing. @internal */
export const visible = (text: string): string => text.replace(acting, escaped)

const deepest = 4
const widest = 10

/**
 * A value of JSON as text, cut short in depth and width: whatever was sent, it takes little time and throws nothing.
 *
 * @internal
 */
export const brief = (u: unknown, depth = 0): string => {
  switch (typeof u) {
    case "string":
      return JSON.stringify(u.length > 200 ? `${u.slice(0, 200)}...` : u)
    case "object":
      break
    case "function":
    case "symbol":
      return typeof u
    default:
      return String(u)
  }
  if (u === null) return "null"
  if (Array.isArray(u)) {
    if (depth >= deepest) return "[...]"
    const items = u.slice(0, widest).map((item) => brief(item, depth + 1))
    return `[${[...items, ...(u.length > widest ? ["..."] : [])].join(",")}]`
  }
  if (depth >= deepest) return "{...}"
  const parts: Array<string> = []
  for (const key in u) {
    if (parts.length === widest) {
      parts.push("...")
      break
    }
    parts.push(
      `${JSON.stringify(key.slice(0, 100))}:${brief((u as Readonly<Record<string, unknown>>)[key], depth + 1)}`
    )
  }
  return `{${parts.join(",")}}`
}

/** How deep the JSON of an answer may be: no data of Pipedrive's come near it. */
const maximumDepth = 512

/** @internal */
export const tooDeep = `is nested more than ${maximumDepth} levels deep`

/** Whether a value of JSON is at most so deep. Stops at the first place that is deeper. @internal */
export const isShallow = (u: unknown, depth = maximumDepth): boolean => {
  if (typeof u !== "object" || u === null) return true
  if (depth === 0) return false
  if (Array.isArray(u)) {
    for (let i = 0; i < u.length; i++) {
      if (!isShallow(u[i], depth - 1)) return false
    }
    return true
  }
  for (const key in u) {
    if (!isShallow((u as Readonly<Record<string, unknown>>)[key], depth - 1)) return false
  }
  return true
}
