/**
 * The text of a module of custom fields, laid out as the usual formatters leave it: 80 columns, two spaces.
 */
import type { Defined, Definitions } from "./definitions.js"
import { type Entity, exportOf } from "./entities.js"
import { literal, property } from "./text.js"

/** By this the command knows its own files. */
export const mark = "written by `effect-pipedrive custom-fields`"

const owners: Readonly<Record<Entity, string>> = {
  deal: "deals, which leads have, too",
  person: "persons",
  organization: "organizations",
  product: "products",
  activity: "activities",
  project: "projects"
}

const width = 80

const comment = (indent: string, [first = "", ...notes]: ReadonlyArray<string>): ReadonlyArray<string> =>
  notes.length === 0
    ? [`${indent}/** ${first} */`]
    : [
        `${indent}/**`,
        `${indent} * ${first}`,
        ...notes.flatMap((note) => [`${indent} *`, `${indent} * ${note}`]),
        `${indent} */`
      ]

const field = ({ id, key, notes, options, title, type }: Defined): ReadonlyArray<string> => {
  const call = `  ${id}: CustomFields.${type}(`
  const code = literal(key)
  const head = comment("  ", [title, ...notes])
  if (options === undefined || options.length === 0) {
    const rest = options === undefined ? [] : ["{}"]
    const line = `${call}${[code, ...rest].join(", ")}),`
    return line.length <= width
      ? [...head, line]
      : [...head, call, ...[code, ...rest].map((argument) => `    ${argument},`), "  ),"]
  }
  const lines = (indent: string) => options.map(([label, number]) => `${indent}${property(label)}: ${number},`)
  const first = `${call}${code}, {`
  return first.length <= width
    ? [...head, first, ...lines("    "), "  }),"]
    : [...head, call, `    ${code},`, "    {", ...lines("      "), "    },", "  ),"]
}

const section = ({ entity, fields, notes }: Definitions): ReadonlyArray<string> => [
  "",
  ...comment("", [`Custom fields of ${owners[entity]}.`, ...notes]),
  ...(fields.length === 0
    ? [`export const ${exportOf(entity)} = CustomFields.define({});`]
    : [`export const ${exportOf(entity)} = CustomFields.define({`, ...fields.flatMap(field), "});"])
]

export const print = (all: ReadonlyArray<Definitions>): string =>
  `${[
    `// Custom fields of a Pipedrive account, ${mark}.`,
    "// Change them in Pipedrive, and run it again.",
    'import { CustomFields } from "effect-pipedrive";',
    ...all.flatMap(section)
  ].join("\n")}\n`
