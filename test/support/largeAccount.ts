/** An account with 230 custom fields of deals, as accounts grow to be: shared names, no names, all types. */
import { fieldTypes } from "../../src/sandbox/entities/field.js"

/** A key that tells the field's number. */
export const key = (at: number): string =>
  `${at.toString(16).padStart(4, "0")}${"c3b2e5f7a9d1243658709cbed0f2b3c4d5e6".slice(0, 36)}`

/** Names that are no names of variables, or not alone. */
const odd: ReadonlyArray<string> = [
  "Size",
  "Size",
  " ",
  "2nd contact",
  "class",
  "Größe",
  "見積もり",
  "🚀",
  "🎉",
  "__proto__",
  "constructor",
  "VATNumber & ID",
  "contact-person's e-mail",
  "Ends with */ a comment",
  "@handle",
  "line\nbreak",
  'quoted "name" `here` $' + "{there} \\",
  "size?",
  "toString",
  "SIZE!"
]

export const names = Array.from({ length: 230 }, (_, at) => odd[at] ?? `Field ${at}`)

const options = (at: number) =>
  at === 0
    ? [
        "small",
        "large",
        "Very Large",
        "42",
        "__proto__",
        "constructor",
        'a "b" \\ `c` $' + "{d}",
        "small",
        "",
        "🎈",
        "new\nline"
      ]
    : ["one", "two"]

export const seed = {
  dealFields: names.map((field_name, at) => {
    const field_type = at === 0 ? "enum" : at === 1 ? "set" : (fieldTypes[at % fieldTypes.length] ?? "varchar")
    return {
      field_code: key(at),
      field_name,
      field_type,
      ...(field_type === "enum" || field_type === "set"
        ? { options: options(at).map((label, i) => ({ id: at * 100 + i + 1, label })) }
        : {})
    }
  }),
  personFields: [{ field_code: key(900), field_name: "Nickname", field_type: "varchar" }]
}
