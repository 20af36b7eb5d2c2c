/**
 * Names of variables for the names that people give their fields.
 */

/** Words that cannot be variables, and properties that every object has. */
const reserved = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with yield
  constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf`.split(/\s+/)
)

/** Within a word of small and large letters: `VATNumber` is `VAT` and `Number`. */
const parts = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}|[^\p{Lu}\p{Ll}]+\p{Ll}*/gu

const capitalized = (word: string): string => {
  const [first = "", ...rest] = word
  return first.toUpperCase() + rest.join("")
}

/** `How they found us`: `howTheyFoundUs`. Empty where there is no letter or digit in it. */
export const camelCase = (name: string): string => {
  const words = name
    .normalize("NFC")
    // an apostrophe parts no words
    .replace(/['’]/g, "")
    .split(/[^\p{ID_Continue}]|_/u)
    .flatMap((word) => word.match(parts) ?? [])
    .map((word) => word.toLowerCase())
  const joined = words.map((word, at) => (at === 0 ? word : capitalized(word))).join("")
  if (joined === "") return ""
  if (!/^\p{ID_Start}/u.test(joined)) return `_${joined}`
  return reserved.has(joined) ? `${joined}_` : joined
}

const shortest = 4

/** As much of each key as tells it from the others. */
const prefixes = (keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const length = (size: number): number =>
    size >= 40 || new Set(keys.map((key) => key.slice(0, size))).size === keys.length ? size : length(size + 1)
  const size = length(shortest)
  return keys.map((key) => key.slice(0, size))
}

interface Named {
  readonly key: string
  readonly name: string
}

/**
 * A variable for each field. Where several would have the same, all have the start of their key with it, so that none takes
 * the place of another when that is deleted.
 */
export const identifiers = <A extends Named>(
  fields: ReadonlyArray<A>
): ReadonlyArray<{ readonly id: string; readonly field: A; readonly namesakes: ReadonlyArray<A> }> => {
  const groups = new Map<string, Array<A>>()
  for (const field of fields) {
    const base = camelCase(field.name)
    const group = groups.get(base)
    if (group === undefined) groups.set(base, [field])
    else group.push(field)
  }
  return Array.from(groups).flatMap(([base, group]) => {
    const suffixes = prefixes(group.map(({ key }) => key))
    const isAlone = base !== "" && group.length === 1
    return group.map((field, at) => ({
      id: isAlone ? base : `${base || "field"}_${suffixes[at]}`,
      field,
      namesakes: base === "" ? [] : group.filter((other) => other !== field)
    }))
  })
}
