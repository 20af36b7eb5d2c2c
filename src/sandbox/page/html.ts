/**
 * HTML in which every interpolated value is escaped.
 */
import { escape } from "../oauth/consentPage.js"

/** A piece of HTML. */
export class Html {
  constructor(readonly text: string) {}
}

/** What can stand in a template; nothing is written for `undefined` and `false`. */
export type Content = Html | string | number | undefined | false | ReadonlyArray<Content>

const write = (content: Content): string => {
  if (content === undefined || content === false) return ""
  if (content instanceof Html) return content.text
  if (typeof content === "string") return escape(content)
  return typeof content === "number" ? String(content) : content.map(write).join("")
}

/** A template: its values are escaped, except those that are HTML. */
export const html = (parts: TemplateStringsArray, ...values: ReadonlyArray<Content>): Html =>
  new Html(parts.map((part, at) => (at === 0 ? part : `${write(values[at - 1])}${part}`)).join(""))

/** The text, or its start and how much is left out. */
export const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`

/** A value as a person reads it: text as it is, all else as JSON. */
export const plain = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)

/** A value as JSON over several lines, `text` if it is text already. */
export const pretty = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "")

/** `1 deal`, `2 deals`. */
export const count = (many: number, one: string): string =>
  `${many.toLocaleString("en")} ${many === 1 ? one : `${one}s`}`

/** A time of day, and the whole time for machines and on hover. */
export const clock = (iso: string): Html => html`<time datetime="${iso}" title="${iso}">${iso.slice(11, 19)}</time>`

/** `2 days 3 hours`: the two largest units. */
export const span = (millis: number): string => {
  const units: ReadonlyArray<readonly [string, number]> = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1000]
  ]
  const parts: Array<string> = []
  let left = millis
  for (const [unit, length] of units) {
    const many = Math.floor(left / length)
    left -= many * length
    if (many > 0) parts.push(count(many, unit))
  }
  return parts.length === 0 ? "less than a second" : parts.slice(0, 2).join(" ")
}

/** A status code, marked if it is an error. */
export const statusBadge = (status: number | undefined): Html => {
  if (status === undefined) return html`<span class="status none" title="no response">–</span>`
  const kind = status >= 500 ? "server" : status >= 400 ? "client" : "ok"
  return html`<span class="status ${kind}">${status}</span>`
}
