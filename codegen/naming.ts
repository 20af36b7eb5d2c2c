/**
 * From the official client's names to ours.
 */
import type { Operation } from "./extract.js"
import { names } from "./facts/names.js"

export const singular = (plural: string): string =>
  plural.endsWith("ies") ? `${plural.slice(0, -3)}y` : plural.endsWith("s") ? plural.slice(0, -1) : plural

/** `getDealFollowers` of `Deals` is `listFollowers`, when its `data` is an array. */
export const operationName = (operation: Operation, listed: boolean): string => {
  const known = names[operation.key]
  if (known !== undefined) return known
  const [, verb = "", rest = ""] = /^([a-z]+)(.*)$/.exec(operation.name) ?? []
  const noun = [operation.module, singular(operation.module)].find((name) => rest.startsWith(name))
  const object = noun === undefined ? rest : rest.slice(noun.length)
  return ours(verb, listed) + object
}

const ours = (verb: string, listed: boolean): string => {
  if (verb === "get") return listed ? "list" : "get"
  if (verb === "post") return "add"
  return verb === "put" ? "update" : verb
}

/** `delete` cannot be declared. */
export const declared = (name: string): string => (name === "delete" ? "delete_" : name)

export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** `DealProduct`: "deal product". */
export const words = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/\b(ui|id|im)\b/g, (word) => ({ ui: "UI", id: "id", im: "IM" })[word] ?? word)

/** `a` or `an`, before a name or a phrase. */
export const article = (phrase: string): string =>
  /^[aeiou]/i.test(phrase) && !/^u(ser|nit)/i.test(phrase) ? "an" : "a"

/** "A deal", but "Role settings". */
export const withArticle = (phrase: string): string =>
  /(?:[^s]s|ia|data|info)$/.test(phrase) && !/(?:status|address|access)$/.test(phrase)
    ? capital(phrase)
    : `${capital(article(phrase))} ${phrase}`
